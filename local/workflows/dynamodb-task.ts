import {
  DeleteItemCommand,
  type DeleteItemCommandInput,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Integration } from './refusals.ts';
import { asJson, clientOptions, parametersOf, serviceFailure, type Task, type TaskFacts } from './tasks.ts';

type ItemIntegration = Extract<Integration, `dynamodb:${string}`>;
type Ask = (client: DynamoDBClient, input: unknown) => Promise<object>;

const ASK: Readonly<Record<ItemIntegration, Ask>> = {
  'dynamodb:deleteItem': (client, input) => client.send(new DeleteItemCommand(input as DeleteItemCommandInput)),
  'dynamodb:getItem': (client, input) => client.send(new GetItemCommand(input as GetItemCommandInput)),
  'dynamodb:putItem': (client, input) => client.send(new PutItemCommand(input as PutItemCommandInput)),
  'dynamodb:updateItem': (client, input) => client.send(new UpdateItemCommand(input as UpdateItemCommandInput)),
};

/** One item of a table; input and output are the API's own, failures are `DynamoDB.<exception>`. */
export function dynamoDbTask(integration: ItemIntegration, facts: TaskFacts): Task {
  return async (input, doer) => {
    const client = new DynamoDBClient(clientOptions('DYNAMODB', facts, doer));
    try {
      return asJson(await ASK[integration](client, parametersOf(input)));
    } catch (error) {
      throw serviceFailure('DynamoDB', error);
    } finally {
      client.destroy();
    }
  };
}
