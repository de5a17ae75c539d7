"""The product as a whole: served, broken, measured, shown in a browser, as its documents say."""
