import { CommonEnvironment, Flag, optional } from '@prunella/service-kit';
import { z } from 'zod';

/** What the detector reads from its environment. Loose: each CI platform, the cluster and the probes find their own variables in it. */
export const DetectorEnvironment = CommonEnvironment.extend({
  GITHUB_WEBHOOK_SECRET: optional(z.string().min(1)).describe(
    "Secret of the GitHub webhook; without it GitHub's deliveries are refused.",
  ),
  GITLAB_WEBHOOK_TOKEN: optional(z.string().min(1)).describe(
    'Secret token of the GitLab webhook. Without it and the next one the deliveries of GitLab are refused.',
  ),
  GITLAB_WEBHOOK_SIGNING_TOKEN: optional(
    z.string().regex(/^whsec_[A-Za-z0-9+/_-]+={0,2}$/, 'expected a signing token of GitLab, "whsec_" and base64'),
  ).describe(
    'Signing token of the GitLab webhook (newer GitLab): what is signed is not taken without the right signature.',
  ),
  JENKINS_WEBHOOK_TOKEN: optional(z.string().min(1)).describe(
    'Token with which Jenkins notifies; without it the notifications of Jenkins are refused.',
  ),
  SLACK_SIGNING_SECRET: optional(z.string().min(1)).describe(
    'Signing secret of the Slack app; without it buttons that are pressed in Slack are refused.',
  ),
  PRUNELLA_CONFIG: optional(z.string()).describe('The policy file. Default: ./prunella.yaml when it is there.'),
  PROMETHEUS_URL: optional(z.url()).describe('The Prometheus that is asked for error rates after a deployment.'),
  PROMETHEUS_TOKEN: optional(z.string().min(1)).describe('Bearer token for it.'),
  KUBECONFIG: optional(z.string().min(1)).describe(
    'The cluster that is watched for what fails in it. In a cluster: that one, by the service account.',
  ),
  KUBERNETES_SERVICE_HOST: optional(z.string().min(1)).describe('Set by Kubernetes in every pod.'),
  PRUNELLA_INSECURE_WEBHOOKS: Flag.default(false).describe(
    'Takes webhooks whose secret is not set. For trying things out only.',
  ),
}).loose();
export type DetectorEnvironment = z.infer<typeof DetectorEnvironment>;
