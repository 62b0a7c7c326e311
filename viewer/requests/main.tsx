import "../../browser/no-compiling.js";
import "../viewer.css";
import "./requests.css";
import { render } from "preact";
import { requestsMessagesOf } from "./messages.js";
import { RequestsDesk } from "./requests-desk.js";
import { RequestsApp } from "./screens.js";

/** The page where owners answer who asks for access: nothing happens by coming here. */
const say = requestsMessagesOf(document);
const root = document.createElement("div");
root.id = "viewer";
document.body.append(root);
const show = (desk: RequestsDesk) => render(<RequestsApp desk={desk} say={say} />, root);
show(new RequestsDesk(show));
