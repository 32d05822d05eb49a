import { createHmac } from 'node:crypto';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { CREDENTIALS } from './everyone.ts';
import { temporaryFolders } from './folder.ts';
import { BUCKET, type S3Bench, withS3 } from './s3-bench.ts';

const newFolder = temporaryFolders();
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

type Form = {
  readonly conditions?: readonly unknown[];
  readonly fields?: Readonly<Record<string, string>>;
  /** Sent over what was signed. */
  readonly tampered?: Readonly<Record<string, string>>;
  readonly file?: string | null;
  readonly fileName?: string;
  readonly expiresInMs?: number;
};

const LOGO = [
  { bucket: BUCKET },
  ['starts-with', '$key', 'logos/'],
  ['eq', '$Content-Type', 'image/png'],
  ['content-length-range', 3, 10],
];
const FIELDS = { key: 'logos/${filename}', 'Content-Type': 'image/png' };

/** The fields as `createPresignedPost` of the SDK makes them, and the file behind them. */
function formOf(
  bench: S3Bench,
  { conditions = LOGO, fields = FIELDS, tampered = {}, file = 'hello', fileName = 'a.png', expiresInMs = 60_000 }: Form,
): FormData {
  const amzDate = new Date(bench.clock.nowMs).toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
  const day = amzDate.slice(0, 8);
  const proof = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${CREDENTIALS.accessKeyId}/${day}/us-east-1/s3/aws4_request`,
    'X-Amz-Date': amzDate,
  };
  const document = {
    expiration: new Date(bench.clock.nowMs + expiresInMs).toISOString(),
    conditions: [...conditions, ...Object.entries(proof).map(([name, value]) => ({ [name]: value }))],
  };
  const policy = Buffer.from(JSON.stringify(document)).toString('base64');
  const key = ['us-east-1', 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${CREDENTIALS.secretAccessKey}`, day));
  const signature = hmac(key, policy).toString('hex');
  const form = new FormData();
  for (const [name, value] of Object.entries({
    ...fields,
    ...proof,
    Policy: policy,
    'X-Amz-Signature': signature,
    ...tampered,
  })) {
    form.append(name, value);
  }
  if (file !== null) form.append('file', new Blob([file], { type: 'text/html' }), fileName);
  return form;
}

const post = (bench: S3Bench, form: Form) =>
  fetch(`${bench.engine.url}/${BUCKET}`, { method: 'POST', body: formOf(bench, form), redirect: 'manual' });
const codeIn = async (answer: Response): Promise<string> => /<Code>(\w+)</.exec(await answer.text())?.[1] ?? '';

it('a form puts its file where its policy lets it, with the type of its fields', () =>
  withS3(newFolder(), async (bench) => {
    const answer = await post(bench, { fileName: 'C:\\pictures\\a.png' });
    expect([answer.status, answer.headers.get('etag')]).toEqual([204, '"5d41402abc4b2a76b9719d911017c592"']);
    const got = await bench.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'logos/a.png' }));
    expect([got.ContentType, await got.Body?.transformToString()]).toEqual(['image/png', 'hello']);
  }));

it('a form may bring metadata and say how it is answered', () =>
  withS3(newFolder(), async (bench) => {
    const conditions = [
      ...LOGO,
      { 'x-amz-meta-a': '1' },
      ['starts-with', '$success_action_status', ''],
      ['starts-with', '$success_action_redirect', ''],
    ];
    const fields = { ...FIELDS, 'x-amz-meta-a': '1' };
    const created = await post(bench, { conditions, fields: { ...fields, success_action_status: '201' } });
    expect(created.status).toBe(201);
    expect(await created.text()).toContain(`<Bucket>${BUCKET}</Bucket><Key>logos/a.png</Key><ETag>&quot;5d41`);
    const redirected = await post(bench, {
      conditions,
      fields: { ...fields, success_action_redirect: 'https://app/done?x=1' },
    });
    expect([redirected.status, redirected.headers.get('location')]).toEqual([
      303,
      `https://app/done?x=1&bucket=${BUCKET}&key=logos%2Fa.png&etag=%225d41402abc4b2a76b9719d911017c592%22`,
    ]);
    const got = await bench.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'logos/a.png' }));
    expect(got.Metadata).toEqual({ a: '1' });
  }));

it.each<[claim: string, form: Form, status: number, code: string]>([
  ['a file that is too large', { file: 'x'.repeat(11) }, 400, 'EntityTooLarge'],
  ['a file that is too small', { file: 'xy' }, 400, 'EntityTooSmall'],
  ['no file', { file: null }, 400, 'InvalidArgument'],
  ['a key elsewhere', { tampered: { key: 'other/a.png' } }, 403, 'AccessDenied'],
  ['a key made elsewhere by its file name', { fields: { ...FIELDS, key: '${filename}' } }, 403, 'AccessDenied'],
  ['another type', { tampered: { 'Content-Type': 'text/html' } }, 403, 'AccessDenied'],
  ['no type', { fields: { key: FIELDS.key } }, 403, 'AccessDenied'],
  ['a field nobody spoke of', { fields: { ...FIELDS, 'x-amz-meta-b': '1' } }, 403, 'AccessDenied'],
  ['a policy of another bucket', { conditions: [{ bucket: 'other' }, ...LOGO.slice(1)] }, 403, 'AccessDenied'],
  ['a policy whose time is over', { expiresInMs: 0 }, 403, 'AccessDenied'],
  [
    'a policy of one’s own',
    { tampered: { Policy: Buffer.from('{}').toString('base64') } },
    403,
    'SignatureDoesNotMatch',
  ],
  ['a guessed signature', { tampered: { 'X-Amz-Signature': 'ab'.repeat(32) } }, 403, 'SignatureDoesNotMatch'],
  [
    'another signer',
    { tampered: { 'X-Amz-Credential': 'NOBODY/20260312/us-east-1/s3/aws4_request' } },
    400,
    'InvalidArgument',
  ],
  [
    'a condition of another kind',
    { conditions: [...LOGO, ['ends-with', '$key', '.png']] },
    400,
    'InvalidPolicyDocument',
  ],
  ['a key that is too long', { fileName: 'x'.repeat(1_020) }, 400, 'KeyTooLongError'],
  [
    'fields without measure',
    { fields: { ...FIELDS, 'x-ignore-a': 'x'.repeat(30_000) } },
    400,
    'MaxPostPreDataLengthExceededError',
  ],
])('a form with %s is refused and nothing is kept', (_claim, form, status, code) =>
  withS3(newFolder(), async (bench) => {
    const answer = await post(bench, form);
    expect([answer.status, await codeIn(answer)]).toEqual([status, code]);
    expect(bench.engine.keys(BUCKET)).toEqual([]);
  }),
);

it.each<[claim: string, type: string, body: string, code: string]>([
  ['no boundary', 'multipart/form-data', '', 'MalformedPOSTRequest'],
  ['another boundary', 'multipart/form-data; boundary=a', '--b\r\n', 'MalformedPOSTRequest'],
  [
    'a file that does not end',
    'multipart/form-data; boundary=a',
    '--a\r\nContent-Disposition: form-data; name="key"\r\n\r\nhalf',
    'MalformedPOSTRequest',
  ],
  [
    'no policy',
    'multipart/form-data; boundary=a',
    '--a\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--a--',
    'AccessDenied',
  ],
])('%s is no form', (_claim, type, body, code) =>
  withS3(newFolder(), async (bench) => {
    const answer = await fetch(`${bench.engine.url}/${BUCKET}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(await codeIn(answer)).toBe(code);
  }),
);

it('a file may hold anything, also what looks like the end of a form', () =>
  withS3(newFolder(), async (bench) => {
    const file = `\r\n--\r\n----formdata\r\n${'-'.repeat(70_000)}\r\n--`;
    const answer = await post(bench, { file, conditions: LOGO.slice(0, 3) });
    expect(answer.status).toBe(204);
    const got = await bench.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'logos/a.png' }));
    expect(await got.Body?.transformToString()).toBe(file);
  }));
