/** What an authorizer's answer means for one request. `type` names the gateway response of a refusal. */
export type AuthorizerVerdict =
  | { readonly allowed: true; readonly context: Readonly<Record<string, string>> }
  | {
      readonly allowed: false;
      readonly type: 'UNAUTHORIZED' | 'ACCESS_DENIED' | 'AUTHORIZER_FAILURE' | 'AUTHORIZER_CONFIGURATION_ERROR';
    };

/** A function that throws exactly this says 401; anything else it throws is its own failure. */
export const verdictOfError = (error: unknown): AuthorizerVerdict => ({
  allowed: false,
  type: error instanceof Error && error.message === 'Unauthorized' ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE',
});

/** Reads the IAM policy that a REQUEST authorizer answers with, for the method that was called. */
export function verdictOf(answer: unknown, methodArn: string): AuthorizerVerdict {
  const { principalId, policyDocument, context } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  const statements = (policyDocument as { Statement?: unknown } | undefined)?.Statement;
  if (typeof principalId !== 'string' || !Array.isArray(statements)) return MISCONFIGURED;
  const applying = statements.filter((statement: PolicyStatement) =>
    appliesTo(statement, methodArn),
  ) as PolicyStatement[];
  const values = Object.entries(context ?? {});
  // API Gateway refuses an authorizer whose context holds lists or objects.
  if (values.some(([, value]) => typeof value === 'object' && value !== null)) return MISCONFIGURED;
  const allowed =
    applying.some(({ Effect }) => Effect === 'Allow') && !applying.some(({ Effect }) => Effect === 'Deny');
  if (!allowed) return { allowed: false, type: 'ACCESS_DENIED' };
  const asText = values.filter(([, value]) => value !== null).map(([name, value]) => [name, String(value)] as const);
  return { allowed: true, context: { principalId, ...Object.fromEntries(asText) } };
}

const MISCONFIGURED: AuthorizerVerdict = { allowed: false, type: 'AUTHORIZER_CONFIGURATION_ERROR' };

type PolicyStatement = { readonly Effect?: unknown; readonly Action?: unknown; readonly Resource?: unknown };

const appliesTo = ({ Action, Resource }: PolicyStatement, methodArn: string): boolean =>
  listOf(Action).some((action) => matches(action, 'execute-api:Invoke')) &&
  listOf(Resource).some((resource) => matches(resource, methodArn));

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).map(String);

/** IAM's wildcards: `*` any characters, `?` exactly one. */
function matches(pattern: string, text: string): boolean {
  const regex = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${regex}$`, 'is').test(text);
}
