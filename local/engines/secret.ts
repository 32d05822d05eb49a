import { AwsError } from './aws-json.ts';

/** A secret with its versions, oldest first, under the rules of Secrets Manager. Never changed in place. */
export type Secret = {
  readonly name: string;
  readonly versions: readonly SecretVersion[];
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly rotatedAtMs: number | null;
};

export type SecretVersion = {
  readonly id: string;
  /** Null for a version that a rotation has announced and not written yet. */
  readonly value: string | null;
  readonly createdAtMs: number;
  /** Staging labels. A version without any is deprecated and may go. */
  readonly stages: readonly string[];
};

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
export const PENDING = 'AWSPENDING';

const KEPT_VERSIONS = 100;

/** A secret as it is when the template made it: one version, which is the current one. */
export const newSecret = (name: string, value: string, versionId: string, nowMs: number): Secret => ({
  name,
  versions: [{ id: versionId, value, createdAtMs: nowMs, stages: [CURRENT] }],
  createdAtMs: nowMs,
  changedAtMs: nowMs,
  rotatedAtMs: null,
});

export const versionWithStage = (secret: Secret, stage: string): SecretVersion | undefined =>
  secret.versions.find(({ stages }) => stages.includes(stage));

const versionWithId = (secret: Secret, id: string): SecretVersion | undefined =>
  secret.versions.find((version) => version.id === id);

/** The value in use. */
export function currentValue(secret: Secret): string {
  const value = versionWithStage(secret, CURRENT)?.value;
  if (value === undefined || value === null) throw new Error(`The secret ${secret.name} has no current value.`);
  return value;
}

/**
 * The version that was asked for, by id, by label or by both, which must then agree; the current one without either.
 * Throws ResourceNotFoundException also for a version without a value, InvalidRequestException where both disagree.
 */
export function readVersion(
  secret: Secret,
  wanted: { readonly id: string | null; readonly stage: string | null },
): SecretVersion & { readonly value: string } {
  const { id } = wanted;
  const stage = wanted.stage ?? (id === null ? CURRENT : null);
  const version = id === null ? versionWithStage(secret, stage ?? CURRENT) : versionWithId(secret, id);
  if (version !== undefined && stage !== null && !version.stages.includes(stage)) {
    throw new AwsError(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  }
  if (version === undefined || version.value === null) {
    const which = id === null ? `staging label: ${stage}` : `VersionId: ${id}`;
    throw notFound(`Secrets Manager can't find the specified secret value for ${which}`);
  }
  return { ...version, value: version.value };
}

/**
 * The secret with a version more. The same id with the same value changes nothing; with another value it throws
 * ResourceExistsException. Labels are taken from the versions that have them.
 */
export function putVersion(
  secret: Secret,
  put: { readonly id: string; readonly value: string; readonly stages: readonly string[] | null },
  nowMs: number,
): Secret {
  const { id, value } = put;
  const known = versionWithId(secret, id);
  if (known !== undefined && known.value !== null) {
    if (known.value === value) return secret;
    throw new AwsError(
      'ResourceExistsException',
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.name}.`,
    );
  }
  const version = { id, value, createdAtMs: nowMs, stages: known?.stages ?? [] };
  const versions = [...secret.versions.filter((other) => other.id !== id), version];
  const written = { ...secret, versions, changedAtMs: nowMs };
  const labelled = (put.stages ?? [CURRENT]).reduce<Secret>((changed, stage) => attach(changed, stage, id), written);
  return withoutOldVersions(labelled);
}

/** The secret with a label moved, removed or attached, as UpdateSecretVersionStage does it. */
export function moveStage(
  secret: Secret,
  stage: string,
  move: { readonly from: string | null; readonly to: string | null },
  nowMs: number,
): Secret {
  const holder = versionWithStage(secret, stage);
  for (const id of [move.from, move.to]) {
    if (id !== null && versionWithId(secret, id) === undefined) {
      throw notFound(`Secrets Manager can't find the specified secret version: ${id}.`);
    }
  }
  if (move.to !== null && holder?.id === move.to) return secret;
  if (holder !== undefined && move.from !== holder.id) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId must be ${holder.id}, to which the staging label ${stage} is attached.`,
    );
  }
  if (holder === undefined && move.from !== null) {
    throw invalidParameter(`The staging label ${stage} isn't currently attached to version ${move.from}.`);
  }
  if (move.to === null && stage === CURRENT) {
    throw invalidParameter(
      `You can only move staging label ${CURRENT} to a different secret version. It can't be completely removed.`,
    );
  }
  const changed = { ...secret, changedAtMs: nowMs };
  return move.to === null ? detach(changed, stage) : attach(changed, stage, move.to);
}

/**
 * The secret with a version announced for a rotation, and that version's id. A rotation that did not come to its end
 * is taken up again with the id it had.
 */
export function beginRotation(secret: Secret, newId: string, nowMs: number): { secret: Secret; versionId: string } {
  const pending = versionWithStage(secret, PENDING);
  if (pending !== undefined && !pending.stages.includes(CURRENT)) return { secret, versionId: pending.id };
  const announced = { id: newId, value: null, createdAtMs: nowMs, stages: [] };
  return {
    secret: attach({ ...secret, versions: [...secret.versions, announced] }, PENDING, newId),
    versionId: newId,
  };
}

export const endRotation = (secret: Secret, nowMs: number): Secret => ({ ...secret, rotatedAtMs: nowMs });

/** Who loses the current label keeps the previous one, by itself. */
function attach(secret: Secret, stage: string, id: string): Secret {
  const former = versionWithStage(secret, stage);
  if (former?.id === id) return secret;
  const moved = relabelled(detach(secret, stage), id, (stages) => [...stages, stage]);
  return stage === CURRENT && former !== undefined ? attach(moved, PREVIOUS, former.id) : moved;
}

const detach = (secret: Secret, stage: string): Secret => {
  const holder = versionWithStage(secret, stage);
  return holder === undefined
    ? secret
    : relabelled(secret, holder.id, (stages) => stages.filter((label) => label !== stage));
};

const relabelled = (secret: Secret, id: string, labels: (stages: readonly string[]) => readonly string[]): Secret => ({
  ...secret,
  versions: secret.versions.map((version) =>
    version.id === id ? { ...version, stages: labels(version.stages) } : version,
  ),
});

function withoutOldVersions(secret: Secret): Secret {
  const newest = new Set(secret.versions.slice(-KEPT_VERSIONS));
  return { ...secret, versions: secret.versions.filter((one) => newest.has(one) || one.stages.length > 0) };
}

const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);
const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterException', message);
