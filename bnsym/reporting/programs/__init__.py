"""The report for other programs: JSON, JUnit, SARIF, GitHub, and a line a finding."""
