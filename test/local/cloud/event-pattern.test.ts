import { eventPatternOf, passes } from '../../../local/cloud/event-pattern.ts';

const record = {
  eventName: 'INSERT',
  dynamodb: { Keys: { sk: { S: 'link' } }, n: 3, nothing: null },
  tags: ['a', 'b'],
};

describe('patterns', () => {
  test.each<[pattern: object, expected: boolean]>([
    [{}, true],
    [{ eventName: ['INSERT'] }, true],
    [{ eventName: ['MODIFY', 'INSERT'] }, true],
    [{ eventName: ['MODIFY'] }, false],
    [{ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['link'] } } } }, true],
    [{ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['budget'] } } } }, false],
    [{ dynamodb: { n: [3] } }, true],
    [{ dynamodb: { n: ['3'] } }, false],
    [{ dynamodb: { nothing: [null] } }, true],
    [{ tags: ['b'] }, true],
    [{ tags: ['c'] }, false],
    [{ dynamodb: { Keys: { sk: { S: [{ prefix: 'li' }] } } } }, true],
    [{ dynamodb: { Keys: { sk: { S: [{ prefix: 'x' }] } } } }, false],
    [{ dynamodb: { NewImage: [{ exists: false }] } }, true],
    [{ dynamodb: { n: [{ exists: true }] } }, true],
    [{ eventName: [{ 'anything-but': ['REMOVE'] }] }, true],
    [{ eventName: [{ 'anything-but': ['INSERT'] }] }, false],
    [{ eventName: [{ 'anything-but': 'INSERT' }] }, false],
    [{ absent: [{ 'anything-but': 'INSERT' }] }, false],
    [{ absent: { deeper: ['x'] } }, false],
  ])('%j lets the record pass: %s', (pattern, expected) => {
    expect(passes(eventPatternOf(pattern, 'Rule'), record)).toBe(expected);
  });

  test.each<[pattern: unknown, where: string]>([
    [{ eventName: [{ numeric: ['>', 1] }] }, 'Rule.eventName'],
    [{ eventName: [{ prefix: { 'equals-ignore-case': 'in' } }] }, 'Rule.eventName'],
    [{ eventName: [{ 'anything-but': { prefix: 'IN' } }] }, 'Rule.eventName'],
    [{ eventName: [{ prefix: 'IN', suffix: 'T' }] }, 'Rule.eventName'],
    [{ dynamodb: { n: [{}] } }, 'Rule.dynamodb.n'],
    [{ $or: [{ eventName: ['INSERT'] }, { tags: ['a'] }] }, 'Rule.$or'],
    [{ eventName: 'INSERT' }, 'Rule.eventName'],
    [['INSERT'], 'Rule'],
  ])('%j is refused before anything is matched, and named', (pattern, where) => {
    expect(() => eventPatternOf(pattern, 'Rule')).toThrow(where);
  });
});
