import { fromBatchItem, toBatchItem } from '../../adapters/batch-items.ts';
import { aBatch, aBatchOrder } from '../fixtures/batches.ts';

describe('A batch as an item', () => {
  it.each([true, false])('is read as it was written: %s', (mayMakeLinks) => {
    const batch = aBatch({ order: aBatchOrder({ mayMakeLinks }) });
    expect(fromBatchItem(toBatchItem(batch))).toEqual(batch);
  });

  it('is read as well where it was ordered before anybody asked who may make links', () => {
    const { mayMakeLinks: _, ...order } = aBatchOrder();
    const item = { ...toBatchItem(aBatch()), order_json: JSON.stringify(order) };
    expect(fromBatchItem(item)).toEqual(aBatch());
  });
});
