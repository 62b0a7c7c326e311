import { useEffect, useRef, useState } from "preact/hooks";
import { type AskedCode, askForCode, digitsIn, redeemCode } from "../browser/guest-code.js";
import { enterByPasskey, hasPasskeys } from "../browser/guest-passkey.js";
import { codeOf } from "../shared/errors.js";
import { codeDigits, codeMinutes } from "../shared/protocol/guest-api.js";
import type { GuestMessages, Messages } from "./messages.js";
import { Card, type ScreenProps } from "./screens.js";

/** Somebody outside says where mail reaches them, and types the code that came. */

/** Seconds after one code before another can be asked for here. */
const againAfter = 30;

interface Sent {
  readonly address: string;
  readonly asked: AskedCode;
}

export function GuestScreen({ desk, say, state }: ScreenProps<"guest">) {
  const { document: file, host } = state;
  const [sent, setSent] = useState<Sent | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const during = async (work: () => Promise<void>) => {
    if (isBusy) return;
    setBusy(true);
    setTrouble(null);
    await work().catch((error) => setTrouble(troubleFor(error, say.guests)));
    setBusy(false);
  };
  const ask = (address: string) =>
    during(async () => setSent({ address, asked: await askForCode(host.place, file.file.license, address) }));
  const redeem = (code: string) =>
    during(async () => {
      const redeemed = await redeemCode(host.place, sent!.asked, code);
      if (redeemed.state === "in") return desk.enter(redeemed.agreement, state, "code");
      setTrouble(sentenceFor(redeemed, say.guests));
    });
  const usePasskey = () =>
    during(async () => {
      const entered = await enterByPasskey(host.place);
      if (entered.state === "in") return desk.enter(entered.agreement, state, "passkey");
      setTrouble(entered.state === "none" ? say.guests.noPasskey : say.guests.passkeyOver);
    });
  const common = { say, isBusy, trouble };
  const back = () => desk.beNoGuest(state);
  return (
    <Card title={sent === null ? file.name : say.guests.sent} note={say.belongsTo(host.place.discovery.organisation)}>
      {sent === null ? (
        <AddressForm {...common} ask={ask} usePasskey={usePasskey} />
      ) : (
        <CodeForm
          {...common}
          key={sent.asked.ticket}
          where={say.guests.sentWhere(file.name, sent.address)}
          redeem={redeem}
          again={() => ask(sent.address)}
          other={() => {
            setSent(null);
            setTrouble(null);
          }}
        />
      )}
      <button type="button" onClick={back}>
        {say.guests.signIn}
      </button>
      <p class="help">{say.neverSent}</p>
    </Card>
  );
}

const troubles: Readonly<Record<string, (say: GuestMessages) => string>> = {
  "request-malformed": (say) => say.noAddress,
  "address-malformed": (say) => say.noAddress,
  "rate-limited": (say) => say.tooOften,
  "service-unreachable": (say) => say.unreachable,
};

const troubleFor = (error: unknown, say: GuestMessages): string => (troubles[codeOf(error)] ?? (() => say.failed))(say);

function sentenceFor(
  answer: { state: "wrong"; left: number } | { state: "early"; wait: number } | { state: "over" },
  say: GuestMessages,
): string {
  if (answer.state === "wrong") return say.wrong(answer.left);
  return answer.state === "early" ? say.early(answer.wait) : say.over;
}

interface StepProps {
  readonly say: Messages;
  readonly isBusy: boolean;
  readonly trouble: string | null;
}

const focus = (element: HTMLElement | null) => element?.focus();

function Trouble({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p role="alert" class="trouble" id="guest-trouble">
      {text}
    </p>
  );
}

interface AddressProps extends StepProps {
  ask(address: string): Promise<void>;
  usePasskey(): Promise<void>;
}

function AddressForm({ say, isBusy, trouble, ask, usePasskey }: AddressProps) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const address = String(new FormData(event.currentTarget as HTMLFormElement).get("address")).trim();
    if (address !== "") void ask(address);
  };
  return (
    <form class="guest" onSubmit={submit} noValidate>
      <p>{say.guests.what}</p>
      <Trouble text={trouble} />
      <label for="guest-address">{say.guests.address}</label>
      <input
        id="guest-address"
        name="address"
        type="email"
        autocomplete="email"
        autocapitalize="none"
        spellcheck={false}
        maxLength={254}
        required
        ref={focus}
        aria-invalid={trouble !== null}
        aria-describedby={trouble === null ? undefined : "guest-trouble"}
      />
      <button type="submit" class="primary" aria-disabled={isBusy}>
        {isBusy ? say.guests.sending : say.guests.send}
      </button>
      {hasPasskeys() ? (
        <button type="button" aria-disabled={isBusy} onClick={() => void usePasskey()}>
          {say.guests.usePasskey}
        </button>
      ) : null}
    </form>
  );
}

interface CodeProps extends StepProps {
  readonly where: string;
  redeem(code: string): Promise<void>;
  again(): Promise<void>;
  other(): void;
}

function CodeForm({ say, isBusy, trouble, where, redeem, again, other }: CodeProps) {
  const input = useRef<HTMLInputElement>(null);
  const [mistake, setMistake] = useState<string | null>(null);
  const left = useCountdown(againAfter);
  const send = () => {
    const code = digitsIn(input.current!.value);
    setMistake(code.length === codeDigits ? null : say.guests.notDigits(codeDigits));
    if (code.length === codeDigits) void redeem(code);
  };
  const typed = () => {
    const code = digitsIn(input.current!.value).slice(0, codeDigits);
    input.current!.value = code;
    if (code.length === codeDigits) send();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    send();
  };
  useEffect(() => {
    if (trouble !== null) input.current!.select();
  }, [trouble]);
  const said = mistake ?? trouble;
  return (
    <form class="guest" onSubmit={submit} noValidate>
      <p role="status">{where}</p>
      <Trouble text={said} />
      <label for="guest-code">{say.guests.code}</label>
      <input
        id="guest-code"
        name="code"
        class="digits"
        type="text"
        inputMode="numeric"
        autocomplete="one-time-code"
        spellcheck={false}
        required
        ref={(element) => {
          if (element !== null && input.current === null) element.focus();
          input.current = element;
        }}
        onInput={typed}
        aria-invalid={said !== null}
        aria-describedby={said === null ? "guest-help" : "guest-trouble guest-help"}
      />
      <p class="help" id="guest-help">
        {say.guests.codeHelp(codeDigits, codeMinutes)}
      </p>
      <button type="submit" class="primary" aria-disabled={isBusy}>
        {isBusy ? say.guests.checking : say.guests.open}
      </button>
      <button type="button" aria-disabled={left > 0 || isBusy} onClick={() => (left > 0 ? undefined : void again())}>
        {left > 0 ? say.guests.againIn(left) : say.guests.again}
      </button>
      <button type="button" onClick={other}>
        {say.guests.otherAddress}
      </button>
    </form>
  );
}

/** Seconds that are left, from when it comes into view. */
function useCountdown(seconds: number): number {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}
