import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { mailOutbox } from './mail-outbox.ts';
import { mailSender, sesClient } from './mail-sender.ts';

/** `MAIL_FROM` of a stage that sends none. */
const NO_SENDER = 'none';

export const mailDeps = (env: FunctionEnv<'mail'>) => ({
  outbox: mailOutbox(documentClient(), env.OUTBOX_TABLE, Date.now),
  send: env.MAIL_FROM === NO_SENDER ? null : mailSender(sesClient(), env.MAIL_FROM),
});
