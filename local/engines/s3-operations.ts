import { bucketArn, type S3Answer, type S3Call } from './s3-call.ts';
import { deleteObject, deleteObjects } from './s3-delete.ts';
import { s3Error } from './s3-error.ts';
import { listObjects } from './s3-list.ts';
import { abortUpload, completeMultipart, createUpload, listParts, uploadPart } from './s3-multipart.ts';
import { getObject } from './s3-read.ts';
import type { S3Request } from './s3-request.ts';
import { copyObject, putObject } from './s3-write.ts';

export type Operation = (call: S3Call) => S3Answer | Promise<S3Answer>;

/** Parts of a bucket or an object that have operations of their own, none of which the laptop's S3 plays. */
const OTHER_RESOURCES = new Set(
  (
    'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle location logging ' +
    'metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock renameObject replication ' +
    'requestPayment restore retention select tagging torrent versionId versioning versions website'
  ).split(' '),
);

/** The operation that a request asks for. Throws NotImplemented or MethodNotAllowed. */
export function operationOf(request: S3Request): Operation {
  const other = request.query.find(([name]) => OTHER_RESOURCES.has(name))?.[0];
  if (other !== undefined) throw s3Error('NotImplemented', undefined, { Query: other });
  const operation = request.key === '' ? bucketOperation(request) : objectOperation(request);
  if (operation !== null) return operation;
  throw s3Error('MethodNotAllowed', undefined, {
    Method: request.method,
    ResourceType: request.key === '' ? 'BUCKET' : 'OBJECT',
  });
}

function bucketOperation(request: S3Request): Operation | null {
  const has = (name: string): boolean => request.parameter(name) !== undefined;
  switch (request.method) {
    case 'GET':
      if (request.parameter('list-type') === '2') return listObjects;
      throw s3Error('NotImplemented', "The laptop's S3 lists objects by ListObjectsV2 only.");
    case 'HEAD':
      return headBucket;
    case 'POST':
      return has('delete') ? deleteObjects : null;
    case 'PUT':
    case 'DELETE':
      throw s3Error('NotImplemented', 'Buckets are made by the templates.');
    default:
      return null;
  }
}

function objectOperation(request: S3Request): Operation | null {
  const has = (name: string): boolean => request.parameter(name) !== undefined;
  switch (request.method) {
    case 'GET':
      return has('uploadId') ? listParts : getObject;
    case 'HEAD':
      return getObject;
    case 'PUT':
      if (has('uploadId')) return uploadPart;
      return request.header('x-amz-copy-source') === undefined ? putObject : copyObject;
    case 'POST':
      if (has('uploads')) return createUpload;
      return has('uploadId') ? completeMultipart : null;
    case 'DELETE':
      return has('uploadId') ? abortUpload : deleteObject;
    default:
      return null;
  }
}

function headBucket({ bucket, allow }: S3Call): S3Answer {
  allow('s3:ListBucket', bucketArn(bucket.name));
  return { status: 200, headers: { 'x-amz-bucket-region': 'us-east-1' } };
}
