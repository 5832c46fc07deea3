import { expect, test } from 'vitest';

import { layOut, pathOf } from '../../src/report/layout.ts';

const box = (id: string) => ({ id, width: 100, height: 40 });

function overlaps(layout: ReturnType<typeof layOut>): number {
  const places = [...layout.boxes.values()];
  return places.filter((a, index) =>
    places.slice(index + 1).some((b) => Math.abs(a.x - b.x) < 100 && Math.abs(a.y - b.y) < 40),
  ).length;
}

test.each([
  ['names of the language itself', ['__proto__', 'constructor', 'toString']],
  ['boxes that nothing ties together', ['a', 'b', 'c', 'd']],
])('%s are placed beside each other and within the drawing', (_, ids) => {
  const layout = layOut(ids.map(box), []);
  expect(overlaps(layout)).toBe(0);
  for (const { x, y } of layout.boxes.values()) {
    expect(x).toBeLessThan(layout.width);
    expect(y).toBeLessThan(layout.height);
  }
});

test.each([10, 200, 3000])('a chain of %i boxes is placed, none on another', (count) => {
  const ids = Array.from({ length: count }, (_, index) => `b${index}`);
  const arrows = ids.slice(1).map((to, index) => ({ from: ids[index]!, to }));
  const layout = layOut(ids.map(box), arrows);
  expect(layout.boxes.size).toBe(count);
  expect(layout.arrows.every((points) => points.length >= 2)).toBe(true);
  expect(overlaps({ ...layout, boxes: new Map([...layout.boxes].slice(0, 200)) })).toBe(0);
});

test('boxes that wait for each other, or for themselves, are placed too', () => {
  const arrows = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
    { from: 'b', to: 'b' },
  ];
  expect(layOut([box('a'), box('b')], arrows).boxes.size).toBe(2);
});

test('nothing at all has a size', () => {
  expect(layOut([], []).width).toBeGreaterThan(0);
});

test('an arrow begins and ends where it should', () => {
  expect(
    pathOf([
      { x: 0, y: 0 },
      { x: 5, y: 10 },
      { x: 10, y: 20.04 },
    ]),
  ).toBe('M0 0Q5 10 7.5 15L10 20');
});
