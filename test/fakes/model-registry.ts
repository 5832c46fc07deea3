/**
 * A registry of model packages for what moto has not: packages that take time or fail, tokens, packages shared between
 * accounts, pages that a filter has emptied, and refusals.
 *
 * What it does, after https://docs.aws.amazon.com/sagemaker/latest/APIReference/
 * - STS: `AssumeRole` gives keys whose id holds the account of the role's ARN; `GetCallerIdentity` reads it from there.
 *   A call belongs to the account of the key that signed it; any other key is that of `account`.
 * - `CreateModelPackageGroup`, `DescribeModelPackageGroup`: by name, in the caller's account. A second creation and an absent
 *   group are ValidationExceptions.
 * - `CreateModelPackage`: numbers versions from 1 within a group. The same `ClientToken` gives the same package again.
 *   `Tags` on a version of a group are refused. A group may be named by the ARN of another account that shares it.
 *   The new package goes through the statuses that `life` has at that moment, one a description; the last one stays.
 * - `DescribeModelPackage`: by ARN, also that of another account when that account shares. Absent is a ValidationException.
 * - `ListModelPackages`: newest first as asked, the approval filter applied *after* a page was cut, so that pages may be empty
 *   and have a `NextToken` all the same, as the service's are. Pages have `pageSize` entries.
 * - `UpdateModelPackage`: approval status and its description; it moves `LastModifiedTime`.
 * - `refuse(operation, name, message)`: every call of the operation is answered with that error until `allow()`.
 * - Time goes on by a second with every package and every update.
 * - `calls` is what was asked, in order. Everything else is an UnknownOperationException.
 */
import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import { text } from 'node:stream/consumers';

import { listenOnFreePort } from '../support/free-port.ts';

type Body = Record<string, unknown>;

/** A package as the registry keeps it. */
export interface FakePackage extends Body {
  ModelPackageArn: string;
  ModelPackageGroupName: string;
  ModelPackageVersion: number;
  ModelPackageStatus: string;
  ModelApprovalStatus: string;
}

export interface ModelRegistry {
  readonly endpoint: string;
  readonly calls: readonly { readonly operation: string; readonly account: string; readonly body: Body }[];
  readonly packages: readonly FakePackage[];
  /** The statuses that new packages go through. */
  life: readonly string[];
  pageSize: number;
  /** Accounts whose groups and packages every account may use by their ARNs. */
  readonly sharing: Set<string>;
  readonly refuse: (operation: string, name: string, message: string) => void;
  readonly allow: () => void;
  /** What a package goes through from now on. */
  readonly live: (arn: string, life: readonly string[]) => void;
  /** Does what a person in the account would do. */
  readonly call: (account: string, operation: string, body: Body) => Body;
  readonly stop: () => Promise<void>;
}

class Refusal extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

const REGION = 'eu-west-1';
const arnOf = (account: string, kind: string, id: string) => `arn:aws:sagemaker:${REGION}:${account}:${kind}/${id}`;

/** Starts an empty registry on a free loopback port; whoever starts it stops it. */
export async function startModelRegistry(account = '999999999999'): Promise<ModelRegistry> {
  const groups = new Set<string>();
  const packages: FakePackage[] = [];
  const tokens = new Map<string, string>();
  const lives = new Map<string, readonly string[]>();
  const refusals = new Map<string, Refusal>();
  const calls: { operation: string; account: string; body: Body }[] = [];
  let time = 1_700_000_000;

  const mayUse = (arn: string, caller: string) => {
    const owner = arn.split(':')[4] ?? '';
    return owner === caller || registry.sharing.has(owner);
  };
  const groupArn = (name: string, caller: string): string => {
    const arn = name.startsWith('arn:') ? name : arnOf(caller, 'model-package-group', name);
    if (groups.has(arn) && mayUse(arn, caller)) return arn;
    throw new Refusal('ValidationException', `ModelPackageGroup ${arn} does not exist.`);
  };
  const packageOf = (name: string, caller: string): FakePackage => {
    const found = packages.find(({ ModelPackageArn: arn }) => arn === name && mayUse(arn, caller));
    if (found === undefined) throw new Refusal('ValidationException', `ModelPackage ${name} does not exist.`);
    return found;
  };

  const operations: Record<string, (body: Body, caller: string) => Body> = {
    AssumeRole: () => ({}),
    GetCallerIdentity: () => ({}),
    CreateModelPackageGroup: ({ ModelPackageGroupName: name }, caller) => {
      const arn = arnOf(caller, 'model-package-group', name as string);
      if (groups.has(arn)) throw new Refusal('ValidationException', 'Model Package Group already exists.');
      groups.add(arn);
      return { ModelPackageGroupArn: arn };
    },
    DescribeModelPackageGroup: ({ ModelPackageGroupName: name }, caller) => ({
      ModelPackageGroupArn: groupArn(name as string, caller),
      ModelPackageGroupName: name,
    }),
    CreateModelPackage: ({ ClientToken: token, Tags: tags, ...body }, caller) => {
      const known = typeof token === 'string' ? tokens.get(`${caller} ${token}`) : undefined;
      if (known !== undefined) return { ModelPackageArn: known };
      const group = groupArn(body['ModelPackageGroupName'] as string, caller);
      if (tags !== undefined)
        throw new Refusal('ValidationException', 'Tags are not supported on versioned model packages.');
      const name = group.split('/').at(-1)!;
      const owner = group.split(':')[4]!;
      const siblings = packages.filter((one) =>
        one.ModelPackageArn.startsWith(arnOf(owner, 'model-package', `${name}/`)),
      );
      const version = siblings.length + 1;
      const arn = arnOf(owner, 'model-package', `${name}/${version}`);
      time += 1;
      packages.push({
        ...body,
        ModelPackageArn: arn,
        ModelPackageGroupName: name,
        ModelPackageVersion: version,
        ModelPackageStatus: registry.life[0]!,
        ModelApprovalStatus: (body['ModelApprovalStatus'] as string | undefined) ?? 'PendingManualApproval',
        CreationTime: time,
      });
      lives.set(arn, registry.life);
      if (typeof token === 'string') tokens.set(`${caller} ${token}`, arn);
      return { ModelPackageArn: arn };
    },
    DescribeModelPackage: ({ ModelPackageName: name }, caller) => {
      const found = packageOf(name as string, caller);
      const [status, ...later] = lives.get(found.ModelPackageArn)!;
      found.ModelPackageStatus = status!;
      if (later.length > 0) lives.set(found.ModelPackageArn, later);
      const isFailed = found.ModelPackageStatus === 'Failed';
      const item = {
        Name: 'scan',
        Status: found.ModelPackageStatus,
        ...(isFailed ? { FailureReason: 'No such image' } : {}),
      };
      return { ...found, ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [item] } };
    },
    ListModelPackages: (body, caller) => {
      const group = groupArn(body['ModelPackageGroupName'] as string, caller);
      const prefix = group.replace(':model-package-group/', ':model-package/');
      const all = packages
        .filter((one) => one.ModelPackageArn.startsWith(`${prefix}/`))
        .toSorted((a, b) => Number(a['CreationTime']) - Number(b['CreationTime']));
      if (body['SortOrder'] === 'Descending') all.reverse();
      const start = Number((body['NextToken'] as string | undefined) ?? 0);
      const end = start + registry.pageSize;
      const approval = body['ModelApprovalStatus'];
      const page = all
        .slice(start, end)
        .filter((one) => approval === undefined || one.ModelApprovalStatus === approval);
      return { ModelPackageSummaryList: page, ...(end < all.length ? { NextToken: String(end) } : {}) };
    },
    UpdateModelPackage: ({ ModelPackageArn: arn, ...changes }, caller) => {
      time += 1;
      Object.assign(packageOf(arn as string, caller), changes, { LastModifiedTime: time });
      return { ModelPackageArn: arn };
    },
  };

  const call = (caller: string, operation: string, body: Body): Body => {
    calls.push({ operation, account: caller, body });
    const refusal = refusals.get(operation);
    if (refusal !== undefined) throw refusal;
    const act = operations[operation];
    if (act === undefined) throw new Refusal('UnknownOperationException', operation);
    return act(body, caller);
  };
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const { status, type, body } = await answer(incoming, account, call);
      outgoing.writeHead(status, { 'content-type': type });
      outgoing.end(body);
    })();
  });
  const port = await listenOnFreePort(server);
  const registry: ModelRegistry = {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    packages,
    life: ['Completed'],
    pageSize: 100,
    sharing: new Set(),
    refuse: (operation, name, message) => void refusals.set(operation, new Refusal(name, message)),
    allow: () => refusals.clear(),
    live: (arn, life) => void lives.set(arn, life),
    call,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return registry;
}

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(
  incoming: IncomingMessage,
  account: string,
  call: (caller: string, operation: string, body: Body) => Body,
): Promise<Answered> {
  const asked = await text(incoming);
  const caller = /Credential=\w*?(\d{12})/.exec(incoming.headers.authorization ?? '')?.[1] ?? account;
  const target = incoming.headers['x-amz-target'];
  try {
    if (typeof target === 'string') {
      const operation = target.slice(target.indexOf('.') + 1);
      const body = call(caller, operation, JSON.parse(asked) as Body);
      return { status: 200, type: 'application/x-amz-json-1.1', body: JSON.stringify(body) };
    }
    const request = new URLSearchParams(asked);
    const action = request.get('Action') ?? '';
    const owner = /:iam::(\d{12}):/.exec(request.get('RoleArn') ?? '')?.[1] ?? caller;
    call(caller, action, Object.fromEntries(request));
    return { status: 200, type: 'text/xml', body: identity(action, owner) };
  } catch (error) {
    const { type, message } = error instanceof Refusal ? error : new Refusal('InternalFailure', String(error));
    const status = type === 'InternalFailure' ? 500 : 400;
    const xml = `<ErrorResponse><Error><Type>Sender</Type><Code>${type}</Code><Message>${message}</Message></Error></ErrorResponse>`;
    if (target === undefined) return { status: 403, type: 'text/xml', body: xml };
    return { status, type: 'application/x-amz-json-1.1', body: JSON.stringify({ __type: type, message }) };
  }
}

/** STS's answers; the key that it gives names the account. */
function identity(action: string, account: string): string {
  const arn = `<Arn>arn:aws:sts::${account}:assumed-role/release/session</Arn>`;
  const inner =
    action === 'AssumeRole'
      ? `<Credentials><AccessKeyId>ASIAFAKE${account}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
         <SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
         <AssumedRoleUser><AssumedRoleId>AROA:session</AssumedRoleId>${arn}</AssumedRoleUser>`
      : `${arn}<UserId>AROA:session</UserId><Account>${account}</Account>`;
  return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${inner}</${action}Result></${action}Response>`;
}
