//! A receipt as a page that prints: no script, nothing loaded.

use super::{CLAIM, KEEP, Line, Receipt, SANDBOX};
use crate::http::html::escape;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#111;background:#fff;margin:0}main{max-width:34rem;\
margin:0 auto;padding:2rem 1.25rem}table{width:100%;border-collapse:collapse;margin:1rem 0}td{padding:.4rem 0;\
text-align:left;vertical-align:top}td+td{text-align:right}.sum td{border-top:1px solid #111;font-weight:700}\
.code{font:700 1.3rem/1.4 ui-monospace,monospace}@media print{main{padding:0}.links{display:none}}";

/// The page; `pdf` is where the same is as PDF.
pub fn page(receipt: &Receipt, pdf: &str) -> String {
    let number = receipt.number;
    let sandbox = if receipt.sandbox { format!("<p><strong>{SANDBOX}</strong></p>") } else { String::new() };
    let rows: String = receipt.lines.iter().map(row).collect();
    let statement = receipt.statement.as_deref().map(|words| format!("<p>{}</p>", escape(words))).unwrap_or_default();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>Receipt {number}</title><style>{STYLE}</style></head><body><main>\
         <h1>Receipt {number}</h1>{sandbox}<p>{}<br>{}</p><table>{rows}</table>{statement}\
         <p>{CLAIM}</p><p class=\"code\">{}</p><p>{KEEP}</p>\
         <p class=\"links\"><a href=\"{}\">Receipt as PDF</a></p></main></body></html>",
        escape(&receipt.seller),
        receipt.day,
        receipt.claim_code,
        escape(pdf),
    )
}

fn row(line: &Line) -> String {
    let class = if line.is_sum { " class=\"sum\"" } else { "" };
    format!("<tr{class}><td>{}</td><td>{}</td></tr>", escape(&line.label), escape(&line.amount))
}
