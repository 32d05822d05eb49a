import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  type ErrorResponse,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { IMAGES_PREFIX } from '../../core/qr/folders.ts';
import { ORIGIN_VERIFY_HEADER } from '../../lambdas/viewer-headers.ts';
import type { Door, StageSettings } from '../config.ts';
import { acceptFinding, acceptFindings } from './accepted.ts';
import { VIEWER_REQUEST_CODE } from './viewer-request.ts';

/** Every status CloudFront can be told about. Untold, it keeps an error for 10 s, for everyone who asks. */
const ERROR_STATUSES = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504] as const;

export type DoorProps = {
  readonly settings: StageSettings;
  readonly what: string;
  /** The door's own name and certificate; null for CloudFront's name. */
  readonly door: Door | null;
  readonly origin: { readonly hostname: string; readonly pathPrefix?: string };
  readonly originSecret: ISecret;
  /** What is shown below `/i/`: objects whose key is the hash of their bytes, kept at the edge for as long as they say. */
  readonly images?: IBucket;
};

/** CloudFront before one API: HTTPS only, nothing cached, viewer headers passed on, the origin told who is asking. */
export class DoorDistribution extends Construct {
  readonly distribution: Distribution;
  /** `https://…`, without a slash at the end. */
  readonly origin: string;

  constructor(scope: Construct, id: string, props: DoorProps) {
    super(scope, id);
    const { settings, what, door, origin, originSecret, images } = props;
    // Functions and policies of CloudFront share one name space per account, whatever stage or region made them.
    const { stackName, region } = Stack.of(this);
    const edgeName = `${stackName}-${region}`;
    const viewerRequest = new EdgeFunction(this, 'ViewerRequest', {
      functionName: edgeName,
      code: FunctionCode.fromInline(VIEWER_REQUEST_CODE),
      runtime: FunctionRuntime.JS_2_0,
      comment: 'Tells the origin which host was asked for, and by whom',
    });
    const responseHeadersPolicy = this.responseHeaders(edgeName, what);
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `Signpost ${settings.stage}: ${what}`,
      ...(door === null
        ? {}
        : {
            domainNames: [door.hostname],
            certificate: Certificate.fromCertificateArn(this, 'Certificate', door.certificateArn),
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
          }),
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_ALL,
      enableIpv6: true,
      errorResponses: ERROR_STATUSES.map(neverKept),
      defaultBehavior: {
        origin: new HttpOrigin(origin.hostname, {
          ...(origin.pathPrefix === undefined ? {} : { originPath: origin.pathPrefix }),
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          // A dynamic reference: CloudFormation puts the value in, so no template and no diff shows it.
          customHeaders: { [ORIGIN_VERIFY_HEADER]: originSecret.secretValue.unsafeUnwrap() },
        }),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // All the viewer sent but Host, and what the viewer-request function wrote.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        responseHeadersPolicy,
        functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: viewerRequest }],
      },
      ...(images === undefined
        ? {}
        : {
            additionalBehaviors: {
              [`/${IMAGES_PREFIX}*`]: {
                origin: S3BucketOrigin.withOriginAccessControl(images),
                viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
                cachePolicy: CachePolicy.CACHING_OPTIMIZED,
                responseHeadersPolicy,
              },
            },
          }),
    });
    acceptFindings(this.distribution, {
      'AwsSolutions-CFR1':
        'Short links are followed from every country; leaving one out would break links printed there.',
      'AwsSolutions-CFR2':
        'A firewall costs more than all else at low traffic; limits and lockouts are in the functions.',
      'AwsSolutions-CFR3':
        'Its logs would hold the address of every visitor, and no address is stored anywhere; both APIs keep access logs.',
    });
    if (door === null) {
      acceptFinding(
        this.distribution,
        'AwsSolutions-CFR4',
        'CloudFront fixes the TLS policy of its own name; a domain with its certificate gets TLS 1.2 of 2021 at least.',
      );
    }
    this.origin = `https://${door?.hostname ?? this.distribution.distributionDomainName}`;
  }

  /** The floor for every answer; a function may set a stricter referrer policy or a content policy of its own. */
  private responseHeaders(edgeName: string, what: string): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'ResponseHeaders', {
      responseHeadersPolicyName: edgeName,
      comment: `Signpost ${what}: security headers`,
      securityHeadersBehavior: {
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(2 * 365),
          includeSubdomains: false,
          override: true,
        },
        contentTypeOptions: { override: true },
        // For answers nothing of ours wrote, and redirects; pages bring a policy of their own.
        contentSecurityPolicy: { contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'", override: false },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: false },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, override: false },
      },
      // CloudFront then signs as itself instead of naming what runs behind it.
      removeHeaders: ['Server', 'X-Powered-By'],
    });
  }
}

const neverKept = (httpStatus: number): ErrorResponse => ({ httpStatus, ttl: Duration.seconds(0) });
