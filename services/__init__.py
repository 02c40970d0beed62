"""Use cases: one public function is one transaction, whatever else it has to leave behind included."""
