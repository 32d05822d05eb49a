import { App, Tags } from 'aws-cdk-lib/core';
import cdkJson from '../cdk.json' with { type: 'json' };
import type { StageSettings } from './config.ts';
import { AccountsStack } from './stacks/accounts.ts';
import { AppDomainStack } from './stacks/app-domain.ts';
import { CustomersStack } from './stacks/customers.ts';
import { DataStack } from './stacks/data.ts';
import { LakeStack } from './stacks/lake.ts';
import { MonitoringStack } from './stacks/monitoring.ts';
import { NetworkStack } from './stacks/network.ts';
import { QrStack } from './stacks/qr.ts';
import { ReportsStack } from './stacks/reports.ts';
import { ShortDomainStack } from './stacks/short-domain.ts';
import { StreamsStack } from './stacks/streams.ts';
import { VisitorsStack } from './stacks/visitors.ts';

export type BuildOptions = {
  /** Where `app.synth()` writes the assembly; a new temporary folder when not given. */
  readonly outdir?: string;
  /** Folder with one bundle per function, made by `bundleFunctions`. */
  readonly functionsDir: string;
};

/**
 * The whole of a Signpost as CDK stacks, ready to `synth()`. Needs no account, no lookup and no process environment,
 * so the command line, the laptop and the tests build the same templates.
 */
export function buildApp(settings: StageSettings, { outdir, functionsDir }: BuildOptions): App {
  const app = new App({
    ...(outdir === undefined ? {} : { outdir }),
    analyticsReporting: false,
    // The command line reads cdk.json by itself; everyone else gets the same feature flags from here.
    context: { ...cdkJson.context, 'aws:cdk:enable-asset-metadata': true },
  });
  Tags.of(app).add('signpost-stage', settings.stage);
  const named = (name: string) => ({ stackName: `signpost-${settings.stage}-${name}` });

  const data = new DataStack(app, 'Data', { ...named('data'), settings });
  const cache =
    settings.cache.mode === 'none'
      ? null
      : new NetworkStack(app, 'Network', { ...named('network'), settings, data }).cache;
  const withoutLake = { settings, functionsDir, data, cache };
  const lake = new LakeStack(app, 'Lake', { ...named('lake'), surroundings: withoutLake });
  const withLake = { ...withoutLake, lake: lake.lake };
  const reports = new ReportsStack(app, 'Reports', { ...named('reports'), surroundings: withLake });
  const withReports = { ...withLake, workflows: { reports: reports.workflow } };

  const visitors = new VisitorsStack(app, 'Visitors', { ...named('visitors'), surroundings: withReports });
  const { shortOrigin, images } = new ShortDomainStack(app, 'ShortDomain', {
    ...named('short-domain'),
    settings,
    data,
    api: visitors.api,
  });
  const qr = new QrStack(app, 'Qr', { ...named('qr'), surroundings: withReports, images, shortOrigin });
  const workflows = { reports: reports.workflow, batches: qr.batchRuns };
  const surroundings = { ...withReports, qr: qr.buckets, workflows };
  const accounts = new AccountsStack(app, 'Accounts', { ...named('accounts'), surroundings });
  const customers = new CustomersStack(app, 'Customers', {
    ...named('customers'),
    surroundings,
    shortOrigin,
    unlock: visitors.unlock,
    service: visitors.service,
    auth: accounts.auth,
    accounts: accounts.accounts,
    reports: reports.reports,
    qr: qr.qr,
    logos: qr.logos,
    batches: qr.batches,
    batchEvents: qr.batchEvents,
  });
  new AppDomainStack(app, 'AppDomain', { ...named('app-domain'), settings, data, api: customers.api });
  const streams = new StreamsStack(app, 'Streams', { ...named('streams'), surroundings });
  const watched = { visitors, customers, accounts, streams, lake, reports, qr };
  new MonitoringStack(app, 'Monitoring', { ...named('monitoring'), settings, ...watched });
  return app;
}
