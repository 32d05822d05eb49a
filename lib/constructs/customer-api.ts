import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodOptions,
  RequestAuthorizer,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FunctionName } from '../../adapters/env.ts';
import { ROUTES, type Route } from '../../lambdas/routes.ts';
import type { StageSettings } from '../config.ts';
import { FUNCTION_POWERS } from '../powers.ts';
import { acceptFinding, acceptFindings } from './accepted.ts';
import { ACCESS_LOG_LINE } from './access-log.ts';
import { stageLogGroup } from './log-group.ts';
import { addProblemResponses } from './problem-responses.ts';

/** The API's own stage name. CloudFront puts it into the path, so no customer ever sees it. */
const API_STAGE = 'live';

/** For the whole API; each workspace has its own, smaller limits in the functions. */
const THROTTLE = { throttlingRateLimit: 2_000, throttlingBurstLimit: 1_000 };

type Lambdas = Readonly<Partial<Record<FunctionName, IFunction>>>;

/** The app domain's REST API: the `app` routes of `lambdas/routes.ts` behind one authorizer. */
export class CustomerApi extends Construct {
  readonly restApi: RestApi;

  /** `problem` is where `docs/errors/{word}` is answered, `short` what short URLs start with. */
  constructor(
    scope: Construct,
    id: string,
    settings: StageSettings,
    lambdas: Lambdas,
    origins: { readonly problem: string; readonly short: string },
  ) {
    super(scope, id);
    this.restApi = new RestApi(this, 'Api', {
      restApiName: `signpost-${settings.stage}-app`,
      endpointTypes: [EndpointType.REGIONAL],
      // Set once for the region, in `customers`: an API without it cannot write its access log.
      cloudWatchRole: false,
      deployOptions: {
        stageName: API_STAGE,
        ...THROTTLE,
        // For unlock, which answers on both doors: in its environment the short domain would depend on itself.
        variables: { shortOrigin: origins.short },
        // Bodies and Authorization headers pass here; execution logs would hold them.
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(stageLogGroup(this, 'AccessLog', settings)),
        accessLogFormat: AccessLogFormat.custom(ACCESS_LOG_LINE),
      },
    });
    // Its address is nobody's business but CloudFront's.
    this.restApi.node.tryRemoveChild('Endpoint');
    this.addRoutes(lambdas);
    addProblemResponses(this.restApi, origins.problem);
    acceptFinding(
      this.restApi,
      'AwsSolutions-APIG2',
      'The functions parse every body once and name each broken rule with its path, which request models cannot.',
    );
    acceptFindings(this.restApi.deploymentStage, {
      'AwsSolutions-APIG3':
        'The functions limit each workspace exactly; a firewall belongs before CloudFront, if one is wanted.',
      'AwsSolutions-APIG6':
        'Execution logs would hold API keys and request bodies; the access log has a line for every request.',
      'Serverless-APIGWXrayEnabled':
        'Every answer and log line carries the request id, which joins them without paid traces.',
    });
  }

  /** `{api}.execute-api.{region}.amazonaws.com`: what CloudFront sends customers' requests to. */
  get hostname(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `${this.restApi.restApiId}.execute-api.${region}.${urlSuffix}`;
  }

  /** `/live`: what CloudFront puts before every path. */
  get pathPrefix(): string {
    return `/${API_STAGE}`;
  }

  private addRoutes(lambdas: Lambdas): void {
    const integrationOf = ({ function: name, streams }: Route) =>
      new LambdaIntegration(lambdaOf(lambdas, name), {
        scopePermissionToMethod: false,
        ...(streams === true ? streamingFor(name) : {}),
      });
    const authorizer = new RequestAuthorizer(this, 'Authorizer', {
      handler: lambdaOf(lambdas, 'authorizer'),
      // None: API Gateway would answer 401 by itself where one is missing, and with a cookie both may be right.
      identitySources: [],
      // A cached answer is one policy for all methods and outlives the key it was made for.
      resultsCacheTtl: Duration.seconds(0),
    });
    const guarded: MethodOptions = { authorizer, authorizationType: AuthorizationType.CUSTOM };
    const open: MethodOptions = { authorizationType: AuthorizationType.NONE };
    for (const route of ROUTES.filter(({ door }) => door === 'app')) {
      const { path, method, access } = route;
      const isPublic = access === 'public';
      const added = resourceAt(this.restApi.root, path).addMethod(
        method,
        integrationOf(route),
        isPublic ? open : guarded,
      );
      acceptFinding(
        added,
        'AwsSolutions-COG4',
        'Customers come with API keys and tokens of their own, read by the authorizer function.',
      );
      if (isPublic) {
        acceptFinding(
          added,
          'AwsSolutions-APIG4',
          'lambdas/routes.ts makes it public: signing in and the links of mails come before an account; health, documentation and unlocking need none.',
        );
      }
    }
  }
}

/** API Gateway takes up to 15 minutes of a stream, and cuts what is silent for 5; the function ends its own before. */
const streamingFor = (name: FunctionName) => ({
  responseTransferMode: ResponseTransferMode.STREAM,
  timeout: Duration.seconds(FUNCTION_POWERS[name].timeoutS),
});

function lambdaOf(lambdas: Lambdas, name: FunctionName): IFunction {
  const lambda = lambdas[name];
  if (lambda === undefined) throw new Error(`The app domain has no function ${name}; lambdas/routes.ts names one.`);
  return lambda;
}

const resourceAt = (root: IResource, path: string): IResource =>
  path
    .split('/')
    .filter((segment) => segment !== '')
    .reduce((parent, segment) => parent.getResource(segment) ?? parent.addResource(segment), root);
