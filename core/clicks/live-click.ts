import type { Click } from './row.ts';

/**
 * What those who watch see of a click: all that is counted of it, but not who it was. Without the visitor's hash two clicks
 * of one person cannot be told from those of two.
 */
export type LiveClick = Omit<Click, 'visitor' | 'workspace_id'>;

export function liveClickOf(click: Click): LiveClick {
  const { visitor: _visitor, workspace_id: _workspace, ...shown } = click;
  return shown;
}
