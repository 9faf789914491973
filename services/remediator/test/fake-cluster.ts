import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, clusterFromEnvironment } from '@prunella/cluster';
import type { Action } from '@prunella/contracts';
import { FakeKubernetes } from '@prunella/testing';
import { type ActionPlugin, type Proof, undoKey } from '../src/actions/action.ts';
import { orderFor } from '../src/order.fixture.ts';
import type { Order } from '../src/order.ts';

export interface FakeCluster {
  readonly kubernetes: FakeKubernetes;
  /** A client of it, as the remediator has one. */
  readonly cluster: Cluster;
}

/** A cluster of its own for each test of a spec, in which nothing is asked that does not fit the API. To be called at the top of the file. */
export function fakeCluster(): FakeCluster {
  let directory: string;
  let kubernetes: FakeKubernetes;
  let cluster: Cluster | undefined;
  beforeEach(async () => {
    kubernetes = await FakeKubernetes.start();
    directory = await mkdtemp(join(tmpdir(), 'prunella-cluster-'));
    const file = join(directory, 'kubeconfig');
    await writeFile(file, kubernetes.kubeconfig);
    cluster = await clusterFromEnvironment({ KUBECONFIG: file });
  });
  afterEach(async () => {
    await kubernetes.stop();
    await rm(directory, { recursive: true });
    expect(kubernetes.violations).toEqual([]);
  });
  return {
    get kubernetes() {
      return kubernetes;
    },
    get cluster() {
      if (cluster === undefined) throw new Error('there is a cluster only within a test');
      return cluster;
    },
  };
}

/** An order about the workload `default/web`. */
export function orderOn(kind: string, action: Action, changes: Partial<Order> = {}): Order {
  const { run } = orderFor();
  return orderFor({
    run: { ...run, kind: 'deployment', workload: { kind, namespace: 'default', name: 'web', container: '' } },
    action,
    ...changes,
  });
}

/** The order under which the effect of another one is taken back. */
export function backOf(order: Order): Order {
  return { ...order, key: undoKey(order.key) };
}

/** What an action says about its effect now. */
export async function proofOf(plugin: ActionPlugin, order: Order): Promise<Proof | undefined> {
  return await plugin.prove?.(order, { says: '' }, new AbortController().signal);
}
