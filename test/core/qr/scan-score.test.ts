import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { DrawnCode } from '../../../core/qr/scan-score.ts';
import type { Looks } from '../../fixtures/breakable-codes.ts';
import { drawBreakable, modulesAcross } from '../../fixtures/breakable-codes.ts';
import type { Scored } from '../../fixtures/score-codes.ts';

const CONTENTS = ['https://s.example/q/aB7x3Kq', 'https://signpost.example.com/q/spring-campaign-2027?x=1'];

function codeOf(content: string, looks: Looks): DrawnCode {
  const svg = drawBreakable(content, looks);
  return { svg, widthModules: modulesAcross(svg), content };
}

/**
 * What cameras made of these looks (a strict decoder's share of pictures read, of a plain code 93 %), and so which grades the
 * score may give. The drawings are the test's own: what is judged here is the judge.
 */
const TABLE: readonly (readonly [looks: Looks, measured: string, grades: string])[] = [
  [{}, '93 %', 'A'],
  [{ dotScale: 0.9 }, '93 %', 'A'],
  [{ dotScale: 0.8 }, '76 %', 'AB'],
  [{ dotScale: 0.7 }, '50 %', 'AB'],
  [{ dotScale: 0.5 }, '21 %', 'ABC'],
  [{ dotScale: 0.4 }, '14 %', 'CF'],
  [{ dotScale: 0.3 }, '7 %', 'F'],
  [{ dot: 'circle' }, '79 %', 'AB'],
  [{ dot: 'circle', dotScale: 0.8 }, '52 %', 'AB'],
  [{ dot: 'circle', dotScale: 0.6 }, '21 %', 'BC'],
  [{ dot: 'circle', dotScale: 0.4 }, '10 %', 'F'],
  [{ dot: 'diamond' }, '55 %', 'AB'],
  [{ eye: 'rounded' }, '93 %', 'A'],
  [{ eye: 'circle' }, '93 %', 'AB'],
  [{ eye: 'thin-ring' }, '52 %, of a third 29 %', 'F'],
  [{ eyeColor: '#c8d8ff' }, '0 %', 'F'],
  [{ foreground: '#333333' }, '88 % at 12.6 : 1', 'AB'],
  [{ foreground: '#717171' }, '86 % at 5 : 1', 'ABC'],
  [{ foreground: '#767676' }, '81 % at 4.5 : 1', 'ABC'],
  [{ foreground: '#919191' }, '74 % at 3.2 : 1', 'BC'],
  [{ foreground: '#b0b0b0' }, '14 % at 2.2 : 1', 'F'],
  [{ foreground: '#c6c6c6' }, '0 % at 1.7 : 1', 'F'],
  [{ lightStop: '#c0d8ff' }, '64 %', 'ABC'],
  [{ foreground: '#ffffff', background: '#000000' }, '0 %', 'F'],
  [{ margin: 0 }, '0 % on a dark ground', 'F'],
  [{ margin: 1 }, '90 % on a dark ground', 'AB'],
  [{ margin: 2 }, '93 % on a dark ground', 'AB'],
  [{ hidden: 0.04, errorCorrection: 'M' }, 'safe', 'A'],
  [{ hidden: 0.09, errorCorrection: 'Q' }, 'safe', 'A'],
  [{ hidden: 0.12, errorCorrection: 'H' }, 'safe', 'AB'],
  [{ hidden: 0.25, errorCorrection: 'H' }, 'beyond the cliff', 'F'],
];

const scoresOf = (codes: readonly DrawnCode[]): Scored[] =>
  JSON.parse(
    execFileSync(process.execPath, [join(__dirname, '../../fixtures/score-codes.ts')], {
      input: JSON.stringify(codes),
    }).toString(),
  );

const [PLAIN] = CONTENTS.map((content) => codeOf(content, {}));

describe('The scan score', () => {
  let scores: readonly Scored[];
  beforeAll(() => {
    scores = scoresOf(TABLE.flatMap(([looks]) => CONTENTS.map((content) => codeOf(content, looks))));
  }, 180_000);

  it.each(TABLE.map(([looks, measured, grades], row) => ({ looks: JSON.stringify(looks), measured, grades, row })))(
    'of $looks, which cameras read $measured of the time, is $grades',
    ({ grades, row }) => {
      const found = scores.slice(row * CONTENTS.length, (row + 1) * CONTENTS.length);
      expect(found).toHaveLength(CONTENTS.length);
      expect(found.filter(({ grade }) => !grades.includes(grade))).toEqual([]);
    },
  );

  it('is the same each time, to the last trial', () => {
    const code = codeOf('https://s.example/q/aB7x3Kq', { dotScale: 0.5, foreground: '#333333' });
    const [first, ...others] = scoresOf([code, code, ...scoresOf([code]).map(() => code)]);
    expect(first?.failed.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toEqual(first);
  });

  it('confirms with one clean reading what is read, and nothing that says something else', () => {
    const codes = [
      codeOf('https://s.example/q/aB7x3Kq', { dotScale: 0.6 }),
      codeOf('https://s.example/q/aB7x3Kq', { foreground: '#ffffff', background: '#000000' }),
      { svg: '', widthModules: 1, ...PLAIN, content: 'https://evil.example' },
    ];
    expect(scoresOf(codes).map(({ isConfirmed, score }) => [isConfirmed, score === 0])).toEqual([
      [true, false],
      [false, true],
      [false, true],
    ]);
  });
});
