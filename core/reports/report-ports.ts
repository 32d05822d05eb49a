import type { LakeRow } from '../lake/lake-queries.ts';
import type { Page } from '../links/link-store.ts';
import type { Report, ReportState } from './report.ts';

/** Reports as they stand. Every change is one conditional write. */
export type ReportStore = {
  /**
   * `known` where a report of this id is there already, as after a repeat; `full` where as many as `maxOpen` are open (null
   * is without limit, and does not count it).
   */
  create(report: Report, maxOpen: number | null): Promise<'created' | 'known' | 'full'>;
  find(workspaceId: string, id: string): Promise<Report | null>;
  /** Newest first, from the one before `beforeId` on. */
  list(workspaceId: string, limit: number, beforeId: string | null): Promise<Page<Report>>;
  /** Ids of the open reports that are counted. */
  openIds(workspaceId: string): Promise<readonly string[]>;
  /** Counts a report no longer that is not there any more. */
  forget(workspaceId: string, id: string): Promise<void>;
  /** False where the report is not open any more, or not there. */
  change(report: Pick<Report, 'workspaceId' | 'id' | 'author'>, state: ReportState): Promise<boolean>;
};

/** The runs of the workflow, one for each report, by its id. */
export type ReportRuns = {
  /** Nothing happens where it runs or ran already. */
  start(report: Pick<Report, 'workspaceId' | 'id'>): Promise<void>;
  look(reportId: string): Promise<'unknown' | 'running' | 'ended'>;
  /** Stops its query as well. Nothing happens where it does not run. */
  stop(reportId: string): Promise<void>;
};

export type ReportFile = { readonly key: string; readonly contentType: string };

/** The files of reports, and the answers of queries they are made from. */
export type ReportFiles = {
  /** Writes piece by piece, so that no file is ever whole in memory; answers its size. */
  write(file: ReportFile, pieces: AsyncIterable<Uint8Array>): Promise<{ readonly bytes: number }>;
  remove(key: string): Promise<void>;
  /** Rows of an answer that Athena left at this `s3://` location, as they are read. */
  answerRows(location: string): AsyncIterable<LakeRow>;
};
