/** The look of a sealed page: the tokens of the service's pages, and nothing that is loaded. */
export const pageStyle = `
:root{color-scheme:light dark;font:100%/1.5 "Segoe UI Variable","Segoe UI",system-ui,sans-serif;--ground:#f5f5f5;--card:#fff;--line:#d1d1d1;--text:#242424;--quiet:#565656;--brand:#0f6cbd;--over:#f0f0f0;--link:#0f548c}
@media (prefers-color-scheme:dark){:root{--ground:#141414;--card:#292929;--line:#757575;--text:#fff;--quiet:#d0d0d0;--brand:#115ea3;--over:#3d3d3d;--link:#8ec5f4}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;min-height:100vh;display:grid;grid-template-columns:minmax(0,1fr);place-items:center;background:var(--ground);color:var(--text);overflow-wrap:anywhere}
main{width:100%;max-width:27.5rem;padding:2.5rem;margin:1rem;background:var(--card);border-radius:.5rem;box-shadow:0 0 2px rgb(0 0 0/.12),0 8px 16px rgb(0 0 0/.14)}
h1{font-size:1.5rem;line-height:1.33;font-weight:600;margin:0 0 1rem}
p{margin:0 0 1rem}
a{color:var(--link)}
.note{font-weight:600;color:var(--quiet)}
.help{color:var(--quiet);font-size:.875rem;margin:1rem 0 0}
#status{margin:1rem 0 0}
#status:empty{display:none}
#viewer{display:inline-block;padding:.75rem 0}
button{display:block;width:100%;min-height:2.75rem;margin:.75rem 0 0;padding:.5rem 1rem;font:inherit;font-weight:600;border:1px solid var(--line);border-radius:.25rem;background:var(--card);color:inherit;cursor:pointer}
button:hover{background:var(--over)}
#open{margin-top:1.75rem;background:var(--brand);border-color:transparent;color:#fff}
button:disabled{opacity:.6;cursor:default}
:is(button,a):focus-visible{outline:2px solid var(--text);outline-offset:2px}
@media (max-width:30rem){body{place-items:start stretch;background:var(--card)}main{margin:0;padding:1.5rem;box-shadow:none}}
@media (forced-colors:active){main,#open{border:1px solid}}
`;
