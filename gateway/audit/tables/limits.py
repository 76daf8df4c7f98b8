"""The quota (contract 2.9), last of all because it is used up."""
# A table stays a table: an audit is a row or two.
# fmt: off

from typing import Final

from gateway.audit.asking import Who, get
from gateway.audit.audit import MUST, SHOULD, Audit
from gateway.audit.kinds import limits

CALL: Final = get("/catalog/titles/autocomplete", term="a").by(Who.KEY)
SENTENCE: Final = "Service is over queries per second limit|Over queries per day limit"

LIMITS: Final = (
    Audit("LIMIT-01", MUST, "2.9", "Too many calls are told so.",
          limits.over_limit(CALL, part="body", pattern=SENTENCE)),
    Audit("LIMIT-02", MUST, "2.9", "The gateway's code is in a header.",
          limits.over_limit(CALL, part="x-mashery-error-code", pattern="ERR_403_DEVELOPER_OVER_QP[SD]")),
    Audit("LIMIT-03", SHOULD, "2.9", "The gateway explains itself in a header.",
          limits.over_limit(CALL, part="x-mashery-error-detail",
              pattern="Account Over Queries Per (Second|Day) Limit")),
    Audit("LIMIT-04", MUST, "2.9", "It says when to come again.",
          limits.over_limit(CALL, part="retry-after", pattern=r"\d+")),
    Audit("LIMIT-05", MUST, "2.9", "A second later calls are answered.", limits.over_limit_passes(CALL)),
    Audit("LIMIT-06", MUST, "2.9", "JSON has the sentence in its message.",
          limits.over_limit_json(CALL.but(output="json"))),
)
