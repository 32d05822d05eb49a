import { aliasSuggestions, couldBeCode, parseAlias, reservedAliases } from '../../../core/links/alias.ts';
import { ROUTES } from '../../../lambdas/routes.ts';
import { ALIAS_RULES } from '../../fixtures/create-deps.ts';
import { wordOf } from '../../fixtures/failures.ts';

const routeSegments = [
  ...new Set(
    ROUTES.flatMap(({ path }) => path.split('/')).filter((segment) => segment !== '' && !segment.startsWith('{')),
  ),
];

describe('An alias', () => {
  it.each(['abc', 'my-blog', 'A_b-9', 'x'.repeat(20), '---', '___', '123', 'Spring2027', 'v11', 'url2'])(
    'may be %s, and is kept exactly',
    (alias) => {
      expect(parseAlias(alias, ALIAS_RULES)).toBe(alias);
    },
  );

  it.each([
    ['empty', ''],
    ['two characters', 'ab'],
    ['21 characters', 'x'.repeat(21)],
    ['a trailing newline', 'blog\n'],
    ['a leading newline', '\nblog'],
    ['a NUL', 'blo\0g'],
    ['a space', 'my blog'],
    ['a dot', 'my.blog'],
    ['a slash', 'my/blog'],
    ['an encoded slash', 'my%2Fblog'],
    ['a preview mark', 'blog+'],
    ['a key separator', 'link#x'],
    ['full-width letters', 'ｂｌｏｇ'],
    ['a ligature', 'ﬁsh'],
    ['a long s', 'bloſſom'],
    ['a Kelvin sign', '\u212aelvin'],
    ['a Cyrillic look-alike', 'pаypal'],
    ['a combining accent', 'cafe\u0301'],
    ['a zero-width joiner', 'ab\u200dcd'],
    ['a right-to-left mark', 'abc\u202e'],
    ['an emoji', 'abc😀'],
    ['a dotless i', 'ınfo'],
  ])('is refused with %s', async (_, alias) => {
    expect(await wordOf(() => parseAlias(alias, ALIAS_RULES))).toBe('INVALID_ALIAS');
  });

  it.each([...routeSegments, 'admin', 'api', 'login', 'www'])(
    'is refused when it is the reserved word %s, in any case',
    async (word) => {
      for (const alias of [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]) {
        expect(await wordOf(() => parseAlias(alias, ALIAS_RULES))).toBe('INVALID_ALIAS');
      }
    },
  );

  it.each(Object.getOwnPropertyNames(Object.prototype).filter((name) => /^[A-Za-z_]{3,20}$/.test(name)))(
    'never looks up a property every object has: %s is harmless or refused',
    (name) => {
      const reserved = ['__proto__', 'constructor', 'hasownproperty', 'tostring', 'valueof'];
      expect(ALIAS_RULES.reserved.has(name.toLowerCase())).toBe(reserved.includes(name.toLowerCase()));
    },
  );

  it.each([10, 20, 50])('may be as long as the stage allows: %i', async (maxLength) => {
    const rules = { ...ALIAS_RULES, maxLength };
    expect(parseAlias('x'.repeat(maxLength), rules)).toHaveLength(maxLength);
    expect(await wordOf(() => parseAlias('x'.repeat(maxLength + 1), rules))).toBe('INVALID_ALIAS');
  });

  it('is refused as soon as a route of that name goes live', async () => {
    const rules = { ...ALIAS_RULES, reserved: reservedAliases(['/v2/Reports/{id}']) };
    for (const alias of ['reports', 'REPORTS'])
      expect(await wordOf(() => parseAlias(alias, rules))).toBe('INVALID_ALIAS');
    expect(rules.reserved.has('{id}')).toBe(false);
  });
});

describe('A path segment', () => {
  it.each(['abc', 'aB7x3Kq', 'x'.repeat(50), '__proto__', '-_-'])('could be a code: %s', (segment) => {
    expect(couldBeCode(segment)).toBe(true);
  });

  it.each(['', 'ab', 'x'.repeat(51), 'abc\n', 'a b c', 'favicon.ico', 'robots.txt', 'abc+', 'ａｂｃ', 'link#a', 'a/b'])(
    'could not be a code: %j',
    (segment) => {
      expect(couldBeCode(segment)).toBe(false);
    },
  );
});

describe('Suggestions for a taken alias', () => {
  it.each(['abc', 'blog', 'x'.repeat(18), 'x'.repeat(20)])('are valid aliases, all different: for %s', (alias) => {
    const suggestions = aliasSuggestions(alias, 2026, ['aaa', 'bbb', 'ccc'], ALIAS_RULES);
    expect(suggestions.length).toBeGreaterThanOrEqual(5);
    expect(new Set(suggestions).size).toBe(suggestions.length);
    for (const suggestion of suggestions) expect(parseAlias(suggestion, ALIAS_RULES)).toBe(suggestion);
  });

  it('begin with what pleases most', () => {
    expect(aliasSuggestions('blog', 2026, ['aaa'], ALIAS_RULES).slice(0, 2)).toEqual(['blog-2', 'blog-2026']);
  });
});
