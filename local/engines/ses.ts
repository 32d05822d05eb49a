import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsError, parseJsonObject } from './aws-json.ts';
import { type AwsRestAnswer, type AwsRestCall, startAwsRestServer } from './aws-rest-server.ts';
import type { Authorize, Engine, FaultInjection } from './engine.ts';
import { type Guard, guarded } from './guarded.ts';
import { addressIn, emlOf } from './mail-message.ts';
import { type EmailRequest, emailRequestOf } from './send-email.ts';

export type SesEngine = Engine & FaultInjection & { readonly outboxDir: string };

const IDENTITY_ARN_PREFIX = 'arn:aws:ses:us-east-1:000000000000:identity/';
const SEND_PATH = '/v2/email/outbound-emails';

/**
 * SES v2, SendEmail only: a mail that SES would take becomes a file in `outboxDir`, named by the time it was sent, so
 * that names sort; nobody's address is in a name.
 * Which domains are verified is in no template, so here all are; the caller's role says which it may send from.
 */
export async function startSes(options: {
  readonly outboxDir: string;
  readonly authorize: Authorize;
  readonly port?: number;
  readonly nowMs?: () => number;
}): Promise<SesEngine> {
  const { outboxDir, nowMs = Date.now } = options;
  const faults: FaultInjection = { faultFor: null };
  const guard: Guard = { authorize: options.authorize, faults };
  mkdirSync(outboxDir, { recursive: true, mode: 0o700 });

  async function sendEmail(request: EmailRequest): Promise<AwsRestAnswer> {
    const sentAtMs = nowMs();
    const messageId = `${sentAtMs.toString(16).padStart(16, '0')}-${randomUUID()}-000000`;
    const name = `${new Date(sentAtMs).toISOString().replaceAll(/[:.]/g, '-')}-${messageId.slice(17, 25)}.eml`;
    const path = join(outboxDir, name);
    // Whoever watches the folder sees whole mails only.
    await writeFile(`${path}.part`, emlOf({ ...request, messageId, sentAtMs }), { mode: 0o600 });
    await rename(`${path}.part`, path);
    return { status: 200, body: JSON.stringify({ MessageId: messageId }) };
  }

  async function answer({ accessKeyId, method, path, body }: AwsRestCall): Promise<AwsRestAnswer> {
    if (method !== 'POST' || path !== SEND_PATH) {
      throw new AwsError('UnknownOperationException', `The laptop's SES does not know ${method} ${path}.`, 404);
    }
    const request = emailRequestOf(parseJsonObject(body));
    const resourceArns = [identityArnOf(request.from)];
    return guarded({ accessKeyId, action: 'ses:SendEmail', resourceArns }, guard, () => sendEmail(request));
  }

  const server = await startAwsRestServer({ port: options.port ?? 0, answer });
  return Object.assign(faults, { url: server.url, outboxDir, close: () => server.close() });
}

/** The identity that SES would ask IAM about: the sender's domain. */
function identityArnOf(sender: string): string {
  const address = addressIn(sender);
  return IDENTITY_ARN_PREFIX + address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
