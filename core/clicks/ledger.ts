import type { WindowKey } from './count-window.ts';
import { bucketOf, windowName, windowStartOf } from './count-window.ts';
import type { CounterNames } from './counters.ts';
import { counterNames, dayOf, hourOf } from './counters.ts';
import type { Click } from './row.ts';
import type { Subject } from './subject.ts';
import { linkOf, subjectName, tagsOf, workspaceOf } from './subject.ts';

/**
 * Clicks are counted twice over, each time exactly: for their links, and for their workspaces and tags. Each ledger remembers what
 * it counted in windows of its own, so neither waits for the other, and a workspace is written once for thousands of
 * clicks where their links need dozens of transactions.
 */
export type LedgerName = 'links' | 'workspaces';

export type Ledger = {
  readonly name: LedgerName;
  /** Whose all-time total is written with each click: where that is erased, the click counts nothing. */
  readonly ownerOf: (click: Click) => Subject;
  readonly othersOf: (click: Click) => readonly Subject[];
  /**
   * What shares transactions. A link lies in one bucket, so those of a window go together; a workspace lies in all, and its
   * wide items are to be written as rarely as can be.
   */
  readonly groupsBy: 'window' | 'owner';
};

export const LEDGERS: Readonly<Record<LedgerName, Ledger>> = {
  links: { name: 'links', ownerOf: linkOf, othersOf: () => [], groupsBy: 'window' },
  workspaces: { name: 'workspaces', ownerOf: workspaceOf, othersOf: tagsOf, groupsBy: 'owner' },
};

/** A subject, and the name that makes it one in maps. */
export type NamedSubject = { readonly subject: Subject; readonly name: string };

/** A click with all that decides where it is counted. */
export type LedgerEntry = {
  readonly click: Click;
  readonly window: WindowKey;
  readonly windowName: string;
  /** Entries next to each other in this order share a transaction. */
  readonly order: string;
  readonly owner: NamedSubject;
  /** The owner first. */
  readonly subjects: readonly NamedSubject[];
  readonly day: string;
  readonly hour: string;
  readonly names: CounterNames;
};

export function entriesOf(ledger: Ledger, clicks: readonly Click[]): readonly LedgerEntry[] {
  const bucketFor = remembering(bucketOf, ({ domain, code }: Click) => `${domain}/${code}`);
  return clicks.map((click) => {
    const window = { ledger: ledger.name, bucket: bucketFor(click), startS: windowStartOf(click.at_ms) };
    const owner = named(ledger.ownerOf(click));
    const inWindow = windowName(window);
    return {
      click,
      window,
      windowName: inWindow,
      order: ledger.groupsBy === 'window' ? `${inWindow} ${owner.name}` : `${owner.name} ${inWindow}`,
      owner,
      subjects: [owner, ...ledger.othersOf(click).map(named)],
      day: dayOf(click.at_ms),
      hour: hourOf(click.at_ms),
      names: counterNames(click),
    };
  });
}

const named = (subject: Subject): NamedSubject => ({ subject, name: subjectName(subject) });

function remembering<From, To>(find: (from: From) => To, nameOf: (from: From) => string): (from: From) => To {
  const found = new Map<string, To>();
  return (from) => {
    const name = nameOf(from);
    const answer = found.get(name) ?? find(from);
    found.set(name, answer);
    return answer;
  };
}
