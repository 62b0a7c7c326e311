import type { Desk } from "./desk.js";
import { GuestScreen } from "./guest-screen.js";
import type { Messages } from "./messages.js";
import { OpenScreen } from "./open-screen.js";
import { BusyScreen, ClosedScreen, EmptyScreen, ForeignScreen, RefusedScreen } from "./screens.js";
import { WrappedScreen } from "./wrapped-screen.js";

/** The viewer: one screen for each state of the desk. */
export function App({ desk, say }: { desk: Desk; say: Messages }) {
  const { state } = desk;
  const both = { desk, say };
  switch (state.at) {
    case "empty":
      return <EmptyScreen {...both} state={state} />;
    case "busy":
      return <BusyScreen {...both} state={state} />;
    case "closed":
      return <ClosedScreen {...both} state={state} />;
    case "guest":
      return <GuestScreen {...both} state={state} />;
    case "foreign":
      return <ForeignScreen {...both} state={state} />;
    case "refused":
      return <RefusedScreen {...both} state={state} />;
    case "open":
      return <OpenScreen key={state.document.name} {...both} state={state} />;
    case "wrapped":
      return <WrappedScreen {...both} state={state} />;
  }
}
