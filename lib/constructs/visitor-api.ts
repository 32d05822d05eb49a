import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpRoute, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FunctionName } from '../../adapters/env.ts';
import { ROUTES, SHORT_DOOR_FALLBACK } from '../../lambdas/routes.ts';
import type { StageSettings } from '../config.ts';
import { acceptFinding } from './accepted.ts';
import { ACCESS_LOG_LINE } from './access-log.ts';
import { stageLogGroup } from './log-group.ts';

/** API Gateway's own ceiling for an account and region: nothing is refused that it would have let through. */
const THROTTLE = { rateLimit: 10_000, burstLimit: 5_000 };

/** The short domain's HTTP API: the `short` routes of `lambdas/routes.ts`, and its fallback for everything else. */
export class VisitorApi extends Construct {
  readonly httpApi: HttpApi;

  constructor(
    scope: Construct,
    id: string,
    settings: StageSettings,
    lambdas: Readonly<Partial<Record<FunctionName, IFunction>>>,
  ) {
    super(scope, id);
    const integrations = new Map<FunctionName, HttpLambdaIntegration>();
    const integrationOf = (name: FunctionName): HttpLambdaIntegration => {
      const known = integrations.get(name);
      if (known !== undefined) return known;
      const lambda = lambdas[name];
      if (lambda === undefined)
        throw new Error(`The short domain has no function ${name}; lambdas/routes.ts names one.`);
      const integration = new HttpLambdaIntegration(`${name}-integration`, lambda, { scopePermissionToRoute: false });
      integrations.set(name, integration);
      return integration;
    };

    this.httpApi = new HttpApi(this, 'Api', {
      apiName: `signpost-${settings.stage}-short`,
      createDefaultStage: false,
      defaultIntegration: integrationOf(SHORT_DOOR_FALLBACK),
    });
    for (const route of ROUTES.filter(({ door }) => door === 'short')) {
      this.httpApi.addRoutes({
        path: route.path,
        methods: [HttpMethod[route.method]],
        integration: integrationOf(route.function),
      });
    }
    // The fallback's route is made by the API itself, so all routes are asked of the tree.
    for (const route of this.httpApi.node.children.filter((child) => child instanceof HttpRoute)) {
      acceptFinding(
        route,
        'AwsSolutions-APIG4',
        'Visitors follow short links without an account; what a link asks of them is decided by its function.',
      );
    }
    new HttpStage(this, 'Stage', {
      httpApi: this.httpApi,
      stageName: '$default',
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: {
        destination: new LogGroupLogDestination(stageLogGroup(this, 'AccessLog', settings)),
        format: AccessLogFormat.custom(ACCESS_LOG_LINE),
      },
    });
  }

  /** `{api}.execute-api.{region}.amazonaws.com`: what CloudFront sends visitors' requests to. */
  get hostname(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `${this.httpApi.apiId}.execute-api.${region}.${urlSuffix}`;
  }
}
