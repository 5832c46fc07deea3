import { resolve } from 'node:path';
import type { Diagnostic } from '../definition/diagnostic.ts';
import { isObject } from '../definition/expression.ts';
import { didYouMean } from '../definition/suggest.ts';
import type { ImageMappings } from '../run/local/containers/images.ts';

const MEMBERS = ['environment', 'requirements', 'command'] as const;
const EXAMPLE = '"images": { "my-image": { "environment": "python:3.11", "requirements": ["lightgbm==4.5.0"] } }';

/** What is wrong with the setting `images`: for each image what stands in for it. */
export function imageSettingFaults(setting: unknown, at: string): Diagnostic[] {
  const fault = (message: string, fix: string | undefined = EXAMPLE): Diagnostic => {
    return { code: 'bad-setting', severity: 'error', message, at, fix };
  };
  if (!isObject(setting)) return [fault(`The setting "images" must be an object, it is ${JSON.stringify(setting)}`)];
  return Object.entries(setting).flatMap(([image, mapping]) => {
    if (!isObject(mapping))
      return [fault(`The setting of image ${image} must be an object, it is ${JSON.stringify(mapping)}`)];
    return Object.entries(mapping).flatMap(([member, value]) => {
      const named = MEMBERS.find((each) => each === member);
      if (named === undefined) {
        return [
          fault(`The setting of image ${image} has no member "${member}"`, didYouMean(member, MEMBERS) ?? EXAMPLE),
        ];
      }
      if (named === 'environment') {
        return typeof value === 'string' && value !== ''
          ? []
          : [fault(`"environment" of image ${image} must be a text`)];
      }
      return isTexts(value) ? [] : [fault(`"${named}" of image ${image} must be a list of texts`)];
    });
  });
}

/** The setting with files of the project, written `./serve.py`, where they are found: jobs run in folders of their own. */
export function inProject(images: ImageMappings, folder: string): ImageMappings {
  const placed = Object.entries(images).map(([image, { command, ...rest }]) => {
    if (command === undefined) return [image, rest] as const;
    const words = command.map((word) => (/^\.\.?\//.test(word) ? resolve(folder, word) : word));
    return [image, { ...rest, command: words }] as const;
  });
  return Object.fromEntries(placed);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
