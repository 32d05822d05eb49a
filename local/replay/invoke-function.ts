import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** Hands an event to a function and waits. Throws an Error whose message says what the function failed with, or why it was not asked. */
export const functionInvoker =
  (client: LambdaClient) =>
  async (functionArn: string, event: unknown): Promise<unknown> => {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionNameIn(functionArn), Payload: JSON.stringify(event) }),
    );
    const answer: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
    if (FunctionError === undefined) return answer;
    throw new Error((answer as { readonly errorMessage?: string } | null)?.errorMessage ?? FunctionError);
  };

/** `arn:aws:lambda:us-east-1:000000000000:function:name:$LATEST` → `name`. */
const functionNameIn = (arn: string): string => arn.split(':')[6] ?? '';
