import { CLICK_MEASURES } from '../lake/click-measures.ts';
import { EXPORT_COLUMNS } from '../lake/clicks-export.ts';
import type { LakeType } from '../lake/clicks-table.ts';
import type { ReportSubject } from './report.ts';

export type ColumnType = 'text' | 'texts' | 'count' | 'flag' | 'instant';
export type ReportColumn = { readonly name: string; readonly type: ColumnType };
/** One value as every format writes it in its own way; instants are epoch milliseconds. Null is nothing known. */
export type ReportValue = string | number | boolean | readonly string[] | null;
/** Values in the order of the columns. */
export type ReportRow = readonly ReportValue[];

const column =
  (type: ColumnType) =>
  (name: string): ReportColumn => ({ name, type });
const measures = CLICK_MEASURES.map(column('count'));
const period = [column('instant')('start'), column('text')('label')];

const TYPE_OF: Readonly<Record<LakeType, ColumnType>> = {
  string: 'text',
  'array<string>': 'texts',
  bigint: 'count',
  boolean: 'flag',
  timestamp: 'instant',
};

/** The columns of a report, in order. */
export function columnsOf(subject: ReportSubject): readonly ReportColumn[] {
  switch (subject.kind) {
    case 'clicks':
      return EXPORT_COLUMNS.map(({ name, type }) => ({ name, type: TYPE_OF[type] }));
    case 'timeseries':
      return [...period, ...measures];
    case 'breakdown':
      return [...subject.by.map(column('text')), ...measures];
    case 'links':
      return [column('text')('short_code'), ...measures, ...['first_click_at', 'last_click_at'].map(column('instant'))];
    case 'usage':
      return [...period, column('count')('links'), ...measures];
  }
}
