import { objectArn, type S3Answer, type S3Call, xmlAnswer } from './s3-call.ts';
import { writePrecondition } from './s3-conditions.ts';
import { S3Error, s3Error } from './s3-error.ts';
import { payloadOf, textOf } from './s3-payload.ts';
import { ANY_OBJECT } from './s3-store.ts';
import { childText, parseXml, type XmlElement, xmlDocument } from './s3-xml.ts';

const MAX_KEYS = 1_000;
const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** 204 whether or not there was an object. */
export async function deleteObject({ request, bucket, store, allow }: S3Call): Promise<S3Answer> {
  allow('s3:DeleteObject', objectArn(bucket.name, request.key));
  store.remove(bucket.name, request.key, writePrecondition(request));
  await store.synced();
  return { status: 204 };
}

/** DeleteObjects: each key is judged by itself, the answer is 200. */
export async function deleteObjects(call: S3Call): Promise<S3Answer> {
  const { request, signed, store } = call;
  const payload = payloadOf(request, signed);
  if (!payload.isChecked) {
    throw s3Error('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
  const { keys, isQuiet } = deletionOf(parseXml(await textOf(payload, MAX_BODY_BYTES)));
  const results = keys.map((key) => ({ key, refusal: deleteOne(call, key) }));
  await store.synced();
  const errors = results.flatMap(({ key, refusal }) =>
    refusal === null ? [] : [{ Key: key, Code: refusal.code, Message: refusal.message }],
  );
  const deleted = results.flatMap(({ key, refusal }) => (refusal === null && !isQuiet ? [{ Key: key }] : []));
  return xmlAnswer(xmlDocument('DeleteResult', { Deleted: deleted, Error: errors }));
}

function deleteOne({ bucket, store, allow }: S3Call, key: string): S3Error | null {
  try {
    allow('s3:DeleteObject', objectArn(bucket.name, key));
    store.remove(bucket.name, key, ANY_OBJECT);
    return null;
  } catch (error) {
    if (error instanceof S3Error) return error;
    throw error;
  }
}

function deletionOf(root: XmlElement): { readonly keys: readonly string[]; readonly isQuiet: boolean } {
  const objects = root.children.filter(({ name }) => name === 'Object');
  if (root.name !== 'Delete' || objects.length === 0 || objects.length > MAX_KEYS) throw s3Error('MalformedXML');
  const keys = objects.map((object) => {
    const key = childText(object, 'Key');
    if (key === undefined || key === '') throw s3Error('MalformedXML');
    if (childText(object, 'VersionId') !== undefined)
      throw s3Error('NotImplemented', undefined, { Element: 'VersionId' });
    return key;
  });
  return { keys, isQuiet: childText(root, 'Quiet') === 'true' };
}
