"""Writes test/vectors/labels: the parts of the worked example in docs/formats/office-labels.md, spelled out by hand."""
import os

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "labels")
os.makedirs(folder, exist_ok=True)
label, tenant = "2096f6a2-d2f7-48be-b329-b73aaa526e5d", "cb46c030-1825-4e81-a295-151c039dbf02"
values = {"Enabled": "true", "SetDate": "2026-01-02T03:04:05Z", "Method": "Privileged", "Name": "Confidential",
          "SiteId": tenant, "ContentBits": "0"}
office = "http://schemas.openxmlformats.org/officeDocument/2006"
properties = "".join(
    f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="MSIP_Label_{label}_{key}">'
    f"<vt:lpwstr>{value}</vt:lpwstr></property>" for pid, (key, value) in enumerate(values.items(), 2))
with open(os.path.join(folder, "custom.xml"), "w") as out:
    out.write('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
              f'<Properties xmlns="{office}/custom-properties" xmlns:vt="{office}/docPropsVTypes">{properties}</Properties >')
namespace = "http://schemas.microsoft.com/office/2020/mipLabelMetadata"
with open(os.path.join(folder, "LabelInfo.xml"), "w") as out:
    out.write('<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
              f'<clbl:labelList xmlns:clbl="{namespace}"><clbl:label id="{{{label}}}" enabled="1" method="Privileged" '
              f'siteId="{{{tenant}}}" contentBits="0" removed="0"/></clbl:labelList >')
