import * as z from 'zod/mini';
import { parseLocale, parseTimezone } from '../../core/accounts/preference-rules.ts';
import type { ProfileDeps } from '../../core/accounts/profile.ts';
import { ownProfile, replacePreferences as replace } from '../../core/accounts/profile.ts';
import type { Preferences, User } from '../../core/accounts/user.ts';
import { DEFAULT_PREFERENCES } from '../../core/accounts/user.ts';
import { etagOf, expectedVersion } from '../etag.ts';
import { jsonAnswer, personOf } from '../http.ts';
import { jsonBody, parseMembers } from '../json-body.ts';
import type { HttpAnswer } from '../request.ts';
import type { AccountsRoute } from './context.ts';

const THEMES = ['system', 'light', 'dark'] as const;

/** A member that is left out becomes what it is for a new account. */
export const preferencesBody = z.strictObject({
  timezone: z.optional(z.string()),
  locale: z.optional(z.string()),
  theme: z.optional(z.enum(THEMES)),
  default_workspace_id: z.optional(z.nullable(z.string())),
});

export const preferencesAnswer = z.strictObject({
  timezone: z.string(),
  locale: z.string(),
  theme: z.enum(THEMES),
  default_workspace_id: z.nullable(z.string()),
});

export const readPreferences: AccountsRoute<ProfileDeps> = async ({ deps, request }) =>
  answer(await ownProfile(deps, personOf(request).userId));

export const replacePreferences: AccountsRoute<ProfileDeps> = async ({ deps, request }) => {
  const preferences = toPreferences(parseMembers(preferencesBody, jsonBody(request)));
  const { userId } = personOf(request);
  return answer(await replace(deps, { userId, expected: expectedVersion(request) }, preferences));
};

const toPreferences = (body: z.infer<typeof preferencesBody>): Preferences => ({
  timezone: body.timezone === undefined ? DEFAULT_PREFERENCES.timezone : parseTimezone(body.timezone),
  locale: body.locale === undefined ? DEFAULT_PREFERENCES.locale : parseLocale(body.locale),
  theme: body.theme ?? DEFAULT_PREFERENCES.theme,
  defaultWorkspaceId: body.default_workspace_id ?? null,
});

export const toPreferencesAnswer = (preferences: Preferences): z.infer<typeof preferencesAnswer> => ({
  timezone: preferences.timezone,
  locale: preferences.locale,
  theme: preferences.theme,
  default_workspace_id: preferences.defaultWorkspaceId,
});

const answer = (user: User): HttpAnswer =>
  jsonAnswer(200, toPreferencesAnswer(user.preferences), { etag: etagOf(user) });
