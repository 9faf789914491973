import { CommonEnvironment, Flag, optional } from '@prunella/service-kit';
import { z } from 'zod';

/** What the detector reads from its environment. */
export const DetectorEnvironment = CommonEnvironment.extend({
  GITHUB_WEBHOOK_SECRET: optional(z.string().min(1)).describe(
    "Secret of the GitHub webhook; without it GitHub's deliveries are refused.",
  ),
  SLACK_SIGNING_SECRET: optional(z.string().min(1)).describe(
    'Signing secret of the Slack app; without it buttons that are pressed in Slack are refused.',
  ),
  PRUNELLA_CONFIG: optional(z.string()).describe(
    'The policy file, for its `watches` and `anomalies`. Default: ./prunella.yaml when it is there.',
  ),
  PROMETHEUS_URL: optional(z.url()).describe('The Prometheus that is asked for error rates after a deployment.'),
  PROMETHEUS_TOKEN: optional(z.string().min(1)).describe('Bearer token for it.'),
  PRUNELLA_INSECURE_WEBHOOKS: Flag.default(false).describe(
    'Takes webhooks whose secret is not set. For trying things out only.',
  ),
});
export type DetectorEnvironment = z.infer<typeof DetectorEnvironment>;
