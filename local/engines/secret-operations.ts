import { AwsError } from './aws-json.ts';
import { moveStage, putVersion, readVersion, type Secret } from './secret.ts';

/** What the template says of a secret. */
export type SecretDefinition = {
  readonly name: string;
  readonly arn: string;
  readonly description: string | null;
  readonly rotation: {
    readonly functionArn: string;
    /** As in the template: `{ScheduleExpression}` or `{AutomaticallyAfterDays}`. */
    readonly rules: Readonly<Record<string, unknown>>;
    readonly everyS: number;
  } | null;
};

type Work = {
  readonly input: Readonly<Record<string, unknown>>;
  readonly definition: SecretDefinition;
  readonly secret: Secret;
  readonly put: (changed: Secret) => void;
  readonly nowMs: number;
};

/** Each throws AwsErrors of the types that AWS documents for it. */
const operations: Readonly<Record<string, (work: Work) => object>> = {
  GetSecretValue({ input, definition, secret }) {
    const version = readVersion(secret, { id: textIn(input, 'VersionId'), stage: textIn(input, 'VersionStage') });
    return {
      ...namesOf(definition),
      VersionId: version.id,
      SecretString: version.value,
      VersionStages: version.stages,
      CreatedDate: version.createdAtMs / 1_000,
    };
  },

  PutSecretValue({ input, definition, secret, put, nowMs }) {
    const value = textIn(input, 'SecretString');
    if (value === null || value === '') {
      throw invalid("You must provide SecretString; the laptop's secrets are text.");
    }
    const id = textIn(input, 'ClientRequestToken') ?? '';
    if (id.length < 32 || id.length > 64) throw invalid('ClientRequestToken must have from 32 to 64 characters.');
    const changed = putVersion(secret, { id, value, stages: stagesIn(input) }, nowMs);
    put(changed);
    const stages = changed.versions.find((version) => version.id === id)?.stages ?? [];
    return { ...namesOf(definition), VersionId: id, VersionStages: stages };
  },

  DescribeSecret({ definition, secret }) {
    const { rotation, description } = definition;
    const labelled = secret.versions.filter(({ stages }) => stages.length > 0);
    return {
      ...namesOf(definition),
      ...(description !== null && { Description: description }),
      RotationEnabled: rotation !== null,
      ...(rotation !== null && { RotationLambdaARN: rotation.functionArn, RotationRules: rotation.rules }),
      ...(secret.rotatedAtMs !== null && { LastRotatedDate: secret.rotatedAtMs / 1_000 }),
      ...(secret.rotatedAtMs !== null &&
        rotation !== null && { NextRotationDate: secret.rotatedAtMs / 1_000 + rotation.everyS }),
      LastChangedDate: secret.changedAtMs / 1_000,
      CreatedDate: secret.createdAtMs / 1_000,
      VersionIdsToStages: Object.fromEntries(labelled.map(({ id, stages }) => [id, stages])),
    };
  },

  UpdateSecretVersionStage({ input, definition, secret, put, nowMs }) {
    const stage = textIn(input, 'VersionStage');
    if (stage === null) throw invalid('VersionStage must be given.');
    const move = { from: textIn(input, 'RemoveFromVersionId'), to: textIn(input, 'MoveToVersionId') };
    if (move.from === null && move.to === null) {
      throw invalid('RemoveFromVersionId or MoveToVersionId must be given.');
    }
    put(moveStage(secret, stage, move, nowMs));
    return namesOf(definition);
  },
};

export const SECRET_OPERATIONS: ReadonlyMap<string, (work: Work) => object> = new Map(Object.entries(operations));

const namesOf = ({ arn, name }: SecretDefinition) => ({ ARN: arn, Name: name });

function textIn(input: Work['input'], member: string): string | null {
  const value = input[member] ?? null;
  if (value === null || typeof value === 'string') return value;
  throw invalid(`${member} must be text.`);
}

function stagesIn(input: Work['input']): readonly string[] | null {
  const stages = input['VersionStages'] ?? null;
  if (stages === null) return null;
  if (Array.isArray(stages) && stages.length > 0 && stages.every((stage) => typeof stage === 'string')) return stages;
  throw invalid('VersionStages must be a list of labels.');
}

const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);
