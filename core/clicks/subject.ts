import type { Click } from './row.ts';

/** What clicks are counted for. A click counts once for its link, once for its workspace, once for each of its tags. */
export type Subject =
  | { readonly kind: 'link'; readonly domain: string; readonly code: string }
  | { readonly kind: 'workspace'; readonly id: string }
  | { readonly kind: 'tag'; readonly workspaceId: string; readonly tag: string };

export const linkOf = ({ domain, code }: Pick<Click, 'domain' | 'code'>): Subject => ({ kind: 'link', domain, code });
export const workspaceOf = ({ workspace_id }: Pick<Click, 'workspace_id'>): Subject => ({
  kind: 'workspace',
  id: workspace_id,
});
export const tagsOf = ({ workspace_id, tags }: Pick<Click, 'workspace_id' | 'tags'>): readonly Subject[] =>
  [...new Set(tags)].map((tag) => ({ kind: 'tag', workspaceId: workspace_id, tag }));

/** A name that no other subject has, for maps. */
export function subjectName(subject: Subject): string {
  if (subject.kind === 'link') return `link ${subject.domain}/${subject.code}`;
  if (subject.kind === 'workspace') return `workspace ${subject.id}`;
  return `tag ${subject.workspaceId}/${subject.tag}`;
}
