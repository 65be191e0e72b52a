"""Every example is a campaign that a coordinator takes, and its table in examples/README.md is whole."""
import unittest

from processes import ROOT, Fixture

EXAMPLES = sorted((ROOT / 'examples').glob('*.yaml'))


class Examples(Fixture):
    def test_each_validates(self):
        _, address = self.coordinator()
        self.env['SEEP_SERVER'] = address
        self.assertGreater(len(EXAMPLES), 8)
        for path in EXAMPLES:
            with self.subTest(example=path.name):
                result = self.seep('validate', path)
                self.assertEqual(result.code, 0, result)
                self.assertNotIn('warning', result.err.lower(), result)

    def test_each_is_described(self):
        table = (ROOT / 'examples' / 'README.md').read_text()
        for path in EXAMPLES:
            self.assertIn(f'| `{path.name}` |', table)


if __name__ == '__main__':
    unittest.main()
