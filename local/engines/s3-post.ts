import { type FormCall, objectArn, type S3Answer, type S3Call } from './s3-call.ts';
import { s3Error } from './s3-error.ts';
import { readForm, type UploadForm } from './s3-form.ts';
import { keptHeaders, quoted, refuseNotPlayed } from './s3-headers.ts';
import { MAX_UPLOAD_BYTES } from './s3-payload.ts';
import { judgeFields, parsePolicy } from './s3-post-policy.ts';
import { checkedKey, type HeaderBag } from './s3-request.ts';
import { secretOf, signatureDoesNotMatch } from './s3-signature.ts';
import { ALGORITHM, hmac, isSignature, scopeOf, signingKeyOf } from './s3-sigv4.ts';
import { ANY_OBJECT } from './s3-store.ts';
import { keep } from './s3-write.ts';
import { xmlDocument } from './s3-xml.ts';

/** A browser's upload by a form, allowed by a policy that somebody signed with their own rights. */
export async function postObject(call: FormCall): Promise<S3Answer> {
  const { request, bucket, store, nowMs } = call;
  const form = await readForm(request.header('content-type') ?? '', request.body());
  const accessKeyId = verifyPolicySignature(form.fields, call);
  const key = keyOf(form);
  const fields = new Map([...form.fields, ['bucket', bucket.name], ['key', key]]);
  const policy = parsePolicy(fieldOf(form.fields, 'policy'));
  judgeFields(policy, fields, nowMs);
  call.allowAs(accessKeyId, 's3:PutObject', objectArn(bucket.name, key));

  const bag: HeaderBag = { header: (name) => form.fields.get(name), headerNames: [...form.fields.keys()] };
  refuseNotPlayed(bag);
  const headers = keptHeaders(bag);
  const { min, max } = policy.sizeBytes ?? { min: 0, max: MAX_UPLOAD_BYTES };
  const draft = await store.drafts.write(form.file, [], Math.min(max, MAX_UPLOAD_BYTES));
  const record = await keep(
    call,
    'ObjectCreated:Post',
    draft,
    ANY_OBJECT,
    () => {
      if (draft.sizeBytes < min) {
        throw s3Error('EntityTooSmall', undefined, { ProposedSize: draft.sizeBytes, MinSizeAllowed: min });
      }
      return { headers, checksum: null };
    },
    key,
  );
  return answerOf(form.fields, call, key, record.eTag);
}

function verifyPolicySignature(fields: UploadForm['fields'], { secretFor }: FormCall): string {
  if (fields.get('policy') === undefined) throw s3Error('AccessDenied');
  if (fieldOf(fields, 'x-amz-algorithm') !== ALGORITHM)
    throw s3Error('InvalidArgument', `X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const scope = scopeOf(fieldOf(fields, 'x-amz-credential'));
  if (scope === null || !fieldOf(fields, 'x-amz-date').startsWith(scope.day)) {
    throw s3Error(
      'InvalidArgument',
      'The Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  const [policy, signature] = [fieldOf(fields, 'policy'), fieldOf(fields, 'x-amz-signature')];
  const expected = hmac(signingKeyOf(secretOf(scope, secretFor), scope), policy);
  if (!isSignature(signature, expected)) throw signatureDoesNotMatch(scope, policy, signature);
  return scope.accessKeyId;
}

function fieldOf(fields: UploadForm['fields'], name: string): string {
  const value = fields.get(name);
  if (value !== undefined) return value;
  throw s3Error(
    'InvalidArgument',
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    {
      ArgumentName: name,
      ArgumentValue: '',
    },
  );
}

/** Browsers of old sent the whole path of a file: its last part is the name. */
function keyOf({ fields, fileName }: UploadForm): string {
  const key = checkedKey(fieldOf(fields, 'key').replaceAll('${filename}', () => fileName.replace(/^.*[\\/]/, '')));
  if (key === '')
    throw s3Error('InvalidArgument', 'User key must have a length greater than 0.', { ArgumentName: 'key' });
  return key;
}

function answerOf(
  fields: UploadForm['fields'],
  { request, bucket }: Pick<S3Call, 'request' | 'bucket'>,
  key: string,
  eTag: string,
): S3Answer {
  const location = `http://${request.message.headers.host}/${bucket.name}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const headers = { etag: quoted(eTag), location };
  const redirect = fields.get('success_action_redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const url = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket: bucket.name, key, etag: quoted(eTag) }))
      url.searchParams.set(name, value);
    return { status: 303, headers: { ...headers, location: url.href } };
  }
  const status = fields.get('success_action_status');
  if (status === '201') {
    const body = xmlDocument('PostResponse', { Location: location, Bucket: bucket.name, Key: key, ETag: quoted(eTag) });
    return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body };
  }
  return { status: status === '200' ? 200 : 204, headers };
}
