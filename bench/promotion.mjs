// @ts-check
import { pair, range, run, table } from './measure.mjs';
import { awsCli, motoPython } from './peers.mjs';

/** @typedef {{ seconds: number, megabytes: number }} Figure */
/** @typedef {{ ours: Figure[], theirs: Figure[] }} Sides */

const ROUNDS = 3;

/** A whole promotion of one large artefact against `aws s3 cp`, on the same peer. */
export function promotion() {
  const take = (/** @type {string[]} */ ...more) => {
    const words = ['bench/promotion-rounds.mjs', motoPython(), awsCli(), ...more];
    return /** @type {{ within: Sides, through: Sides }} */ (JSON.parse(run(process.execPath, words)));
  };
  const moto = take('256', String(ROUNDS));
  // With five gigabytes the figures would be moto's, which copies them in Python.
  const sink = take('5120', String(ROUNDS), 'sink');
  return [
    '## A promotion against `aws s3 cp`, whole processes, the same peer for both',
    table(
      ['', 'build-deployment, s', 'aws s3 cp, s', 'times faster', 'budget', 'memory at its peak, MB', 'of aws'],
      [
        row('256 MiB within S3, moto', moto.within),
        row('256 MiB through this machine, moto', moto.through),
        row('5 GiB through this machine, an S3 that keeps nothing', sink.through),
      ],
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
