declare module 'asl-validator' {
  /** Holds a state machine against the States Language; it adds members to what it is given. */
  export default function validate(machine: object): {
    readonly isValid: boolean;
    readonly errorsText: () => string;
  };
}
