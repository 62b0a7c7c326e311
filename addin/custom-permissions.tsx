import { useEffect, useRef } from "preact/hooks";
import type { FoundPerson } from "../shared/protocol/people-api.js";
import { type NamedPolicy, namedPolicies } from "../shared/rights.js";
import type { PaneProps } from "./app.js";
import type { Messages } from "./messages.js";
import {
  isEmpty,
  newPerson,
  noPermissions,
  type Permissions,
  type PersonRights,
  type RoleName,
  roleNames,
  singleRights,
} from "./permissions.js";
import { WhoField } from "./who-field.js";

/** Permissions of one's own, opened in place. */
export function CustomPermissions({ pane, say }: PaneProps) {
  const { permissions } = pane.choice;
  if (permissions === null)
    return (
      <button type="button" class="custom" aria-expanded="false" onClick={() => pane.setPermissions(noPermissions)}>
        {say.custom}
      </button>
    );
  const change = (part: Partial<Permissions>) => pane.setPermissions({ ...permissions, ...part });
  return (
    <section class="custom" aria-label={say.custom}>
      <button type="button" class="link" aria-expanded="true" onClick={() => pane.setPermissions(null)}>
        {say.withoutCustom}
      </button>
      <Kind say={say} permissions={permissions} change={change} />
      <People pane={pane} say={say} permissions={permissions} change={change} />
      <label for="until">{say.until}</label>
      <input
        id="until"
        type="date"
        value={permissions.until}
        aria-describedby="until-help"
        onInput={(event) => change({ until: event.currentTarget.value })}
      />
      <p class="help" id="until-help">
        {say.untilHelp}
      </p>
      <label for="offline">{say.offline}</label>
      <select
        id="offline"
        value={String(permissions.offlineDays)}
        onChange={(event) => change({ offlineDays: Number(event.currentTarget.value) })}
      >
        {[0, 1, 7, 30, -1].map((days) => (
          <option key={days} value={String(days)}>
            {say.offlineDays(days)}
          </option>
        ))}
      </select>
    </section>
  );
}

type PartProps = { say: Messages; permissions: Permissions; change(part: Partial<Permissions>): void };

function Kind({ say, permissions, change }: PartProps) {
  const { named } = permissions;
  return (
    <>
      <label for="kind">{say.may}</label>
      <select
        id="kind"
        value={named ?? ""}
        aria-describedby={named === null ? undefined : "kind-help"}
        onChange={(event) => change({ named: (event.currentTarget.value || null) as NamedPolicy | null })}
      >
        <option value="">{say.perPerson}</option>
        {(Object.keys(namedPolicies) as NamedPolicy[]).map((name) => (
          <option key={name} value={name}>
            {say.named[name].name}
          </option>
        ))}
      </select>
      {named === null ? null : (
        <p class="help" id="kind-help">
          {say.named[named].help}
        </p>
      )}
    </>
  );
}

function People({ pane, say, permissions, change }: PartProps & PaneProps) {
  const { people, named } = permissions;
  const { order } = pane;
  const wrong = order !== null && "kind" in order && "row" in order ? order : null;
  const last = useRef<HTMLInputElement>(null);
  const count = useRef(people.length);
  useEffect(() => {
    if (people.length > count.current || isEmpty(permissions)) last.current?.focus();
    count.current = people.length;
  }, [people.length]);
  const put = (row: number, person: PersonRights) =>
    change({ people: people.map((one, at) => (at === row ? person : one)) });
  const remove = (row: number) => change({ people: people.filter((_one, at) => at !== row) });
  return (
    <>
      {people.map((person, row) => (
        <Person
          key={`${row}`}
          row={row}
          person={person}
          say={say}
          hasRights={named === null}
          trouble={wrong?.row === row ? say.permissionTroubles[wrong.kind] : null}
          field={row === people.length - 1 ? last : null}
          put={(one) => put(row, one)}
          remove={people.length > 1 ? () => remove(row) : null}
          findPeople={async (search) => (await pane.session?.findPeople(search)) ?? []}
        />
      ))}
      <button type="button" class="link" onClick={() => change({ people: [...people, newPerson] })}>
        {say.addPerson}
      </button>
    </>
  );
}

interface PersonProps {
  readonly row: number;
  readonly person: PersonRights;
  readonly say: Messages;
  readonly hasRights: boolean;
  readonly trouble: string | null;
  readonly field: { current: HTMLInputElement | null } | null;
  put(person: PersonRights): void;
  readonly remove: (() => void) | null;
  findPeople(search: string): Promise<readonly FoundPerson[]>;
}

function Person({ row, person, say, hasRights, trouble, field, put, remove, findPeople }: PersonProps) {
  const id = `who-${row}`;
  return (
    <div class="person">
      <label for={id}>{say.who}</label>
      <WhoField
        id={id}
        say={say}
        who={person.who}
        field={field}
        trouble={trouble}
        put={(who) => put({ ...person, who })}
        findPeople={findPeople}
      />
      {hasRights ? <RightsOf id={id} person={person} say={say} put={put} /> : null}
      {remove === null ? null : (
        <button type="button" class="link" onClick={remove}>
          {say.removePerson(person.who || String(row + 1))}
        </button>
      )}
    </div>
  );
}

function RightsOf({ id, person, say, put }: { id: string } & Pick<PersonProps, "person" | "say" | "put">) {
  const { role, rights } = person;
  const toggle = (right: string, on: boolean) =>
    put({ ...person, rights: on ? [...rights, right] : rights.filter((one) => one !== right) });
  return (
    <>
      <select
        aria-label={say.may}
        id={`${id}-role`}
        value={role}
        onChange={(event) => put({ ...person, role: event.currentTarget.value as RoleName | "" })}
      >
        {roleNames.map((name) => (
          <option key={name} value={name}>
            {say.roles[name]}
          </option>
        ))}
        <option value="">{say.singleRights}</option>
      </select>
      {role !== "" ? null : (
        <fieldset class="rights">
          <legend class="unseen">{say.singleRights}</legend>
          {singleRights.map((right) => (
            <label key={right}>
              <input
                type="checkbox"
                checked={rights.includes(right)}
                onChange={(event) => toggle(right, event.currentTarget.checked)}
              />{" "}
              {say.rights[right]}
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
