import * as z from 'zod/mini';
import { AUDIT_ACTIONS } from '../../core/accounts/audit.ts';
import { ROLES } from '../../core/accounts/permissions.ts';
import { userAnswer } from '../auth/schemas.ts';
import { linkAnswer } from '../links/schemas.ts';
import { pageMembers } from '../page-query.ts';
import { apiKeyAnswer } from './api-keys.ts';
import { preferencesAnswer } from './preferences.ts';
import { sessionAnswer } from './sessions.ts';

const timestamp = z.iso.datetime();
const { clicks: _clicks, ...exportedLink } = linkAnswer.shape;

export const exportQuery = z.object({ cursor: pageMembers.cursor });

export const exportAnswer = z.strictObject({
  exported_at: timestamp,
  /** On the first page only; the links of the workspaces the person owns go on by `next_cursor`. */
  person: z.optional(
    z.strictObject({
      profile: userAnswer,
      password_changed_at: timestamp,
      preferences: preferencesAnswer,
      sessions: z.array(sessionAnswer),
      known_devices: z.array(z.strictObject({ last_sign_in_at: timestamp, known_until: timestamp })),
      memberships: z.array(
        z.strictObject({
          workspace_id: z.string(),
          workspace_name: z.string(),
          plan: z.string(),
          role: z.enum(ROLES),
          joined_at: timestamp,
        }),
      ),
      invitations: z.array(z.strictObject({ workspace_id: z.string(), expires_at: timestamp })),
      api_keys: z.array(z.strictObject({ workspace_id: z.string(), ...apiKeyAnswer.shape })),
      audit_entries: z.array(
        z.strictObject({
          id: z.string(),
          workspace_id: z.string(),
          action: z.enum(AUDIT_ACTIONS),
          target: z.nullable(z.string()),
          details: z.record(z.string(), z.string()),
          created_at: timestamp,
        }),
      ),
      audit_entries_are_all: z.boolean(),
    }),
  ),
  links: z.array(z.strictObject({ workspace_id: z.string(), ...exportedLink })),
  next_cursor: z.nullable(z.string()),
});
