// @ts-check
import { pair, range, run, table } from './measure.mjs';
import { awsCli, motoPython } from './peers.mjs';

/** @typedef {{ seconds: number, megabytes: number }} Figure */
/** @typedef {{ ours: Figure[], theirs: Figure[] }} Sides */

const SIZES = [256, 1024];
const ROUNDS = 3;

/** A whole promotion of one large artefact against `aws s3 cp`, on the same peer. */
export function promotion() {
  const rows = SIZES.flatMap((size) => {
    const figures = run(process.execPath, [
      'bench/promotion-rounds.mjs',
      motoPython(),
      awsCli(),
      String(size),
      String(ROUNDS),
    ]);
    const { within, through } = /** @type {{ within: Sides, through: Sides }} */ (JSON.parse(figures));
    return [row(`${size} MiB within S3`, within), row(`${size} MiB through this machine`, through)];
  });
  return [
    '## A promotion against `aws s3 cp`, whole processes, moto as the peer of both',
    table(
      ['', 'build-deployment, s', 'aws s3 cp, s', 'times faster', 'budget', 'memory at its peak, MB', 'of aws'],
      rows,
    ),
  ].join('\n\n');
}

/** @param {string} name @param {Sides} sides */
function row(name, { ours, theirs }) {
  const seconds = (/** @type {Figure[]} */ side) => side.map((figure) => figure.seconds);
  const peak = (/** @type {Figure[]} */ side) =>
    range(
      side.map((figure) => figure.megabytes),
      0,
    );
  const faster = pair(seconds(theirs), seconds(ours), (their, our) => their / our);
  return [
    name,
    range(seconds(ours), 2),
    range(seconds(theirs), 2),
    range(faster, 2),
    '≥ 1, < 200 MB',
    peak(ours),
    peak(theirs),
  ];
}
