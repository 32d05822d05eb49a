import { passes } from '../../../local/pumps/filter.ts';

const record = { eventName: 'INSERT', dynamodb: { Keys: { sk: { S: 'link' } }, n: 3, nothing: null } };

describe('filter patterns', () => {
  test.each<[pattern: Record<string, never> | object, expected: boolean]>([
    [{}, true],
    [{ eventName: ['INSERT'] }, true],
    [{ eventName: ['MODIFY', 'INSERT'] }, true],
    [{ eventName: ['MODIFY'] }, false],
    [{ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['link'] } } } }, true],
    [{ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['budget'] } } } }, false],
    [{ dynamodb: { n: [3] } }, true],
    [{ dynamodb: { n: ['3'] } }, false],
    [{ dynamodb: { nothing: [null] } }, true],
    [{ dynamodb: { Keys: { sk: { S: [{ prefix: 'li' }] } } } }, true],
    [{ dynamodb: { Keys: { sk: { S: [{ prefix: 'x' }] } } } }, false],
    [{ dynamodb: { NewImage: [{ exists: false }] } }, true],
    [{ dynamodb: { n: [{ exists: true }] } }, true],
    [{ eventName: [{ 'anything-but': ['REMOVE'] }] }, true],
    [{ eventName: [{ 'anything-but': ['INSERT'] }] }, false],
    [{ absent: { deeper: ['x'] } }, false],
  ])('%j lets the record pass: %s', (pattern, expected) => {
    expect(passes(pattern as Parameters<typeof passes>[0], record)).toBe(expected);
  });

  test('a rule nobody knows here is an error, not a match', () => {
    expect(() => passes({ eventName: [{ numeric: ['>', 1] }] }, record)).toThrow('does not know the filter rule');
  });
});
