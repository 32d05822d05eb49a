import { startLaptop } from './laptop.ts';
import { type Run, readRunFile } from './run-file.ts';

/** What the `admin` function is asked for: `{command: 'create-user', email, …}`. It checks the members itself. */
export type AdminEvent = Readonly<Record<string, string | boolean>>;

/**
 * Calls the `admin` function of the laptop that runs on a data folder; where none does, of one that is started for this
 * call. Answers what the function answered, and where the app is: null where the laptop was only started for this.
 * Throws an Error with the function's own message when it failed.
 */
export async function callAdmin(
  dataDir: string,
  event: AdminEvent,
  onProgress: (step: string) => void,
): Promise<{ answer: unknown; appUrl: string | null }> {
  const run = readRunFile(dataDir);
  const response = run === null ? null : await invoke(run, event);
  if (run !== null && response !== null) return { answer: await answerOf(response), appUrl: run.app_url };
  const laptop = await startLaptop({ dataDir, appPort: 0, shortPort: 0, onProgress });
  try {
    const own = readRunFile(laptop.dataPath);
    const answered = own === null ? null : await invoke(own, event);
    if (answered === null) throw new Error('The laptop that was started for this call does not answer.');
    return { answer: await answerOf(answered), appUrl: null };
  } finally {
    await laptop.close();
  }
}

/** Null where the laptop was killed: nobody listens there any more, or somebody else. */
async function invoke(run: Run, event: AdminEvent): Promise<Response | null> {
  try {
    const response = await fetch(`${run.lambda_url}/2015-03-31/functions/${run.admin_function}/invocations`, {
      method: 'POST',
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${run.access_key_id}/laptop` },
      body: JSON.stringify(event),
    });
    return response.headers.has('x-amzn-requestid') ? response : null;
  } catch (error) {
    const { cause } = error as { cause?: NodeJS.ErrnoException };
    if (cause?.code === 'ECONNREFUSED') return null;
    throw error;
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  if (response.ok && !response.headers.has('x-amz-function-error')) return body;
  const { errorMessage, message } = body as { errorMessage?: string; message?: string };
  throw new Error(errorMessage ?? message ?? `The admin function answered ${response.status}.`);
}
