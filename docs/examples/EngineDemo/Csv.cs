using System.Text;

namespace EngineDemo;

/// <summary>Just enough CSV for the example's file: commas, quotes, doubled quotes.</summary>
internal static class Csv
{
    public static IEnumerable<string[]> Read(string path)
    {
        foreach (string line in File.ReadLines(path))
        {
            List<string> cells = [];
            StringBuilder cell = new();
            bool quoted = false;
            for (int i = 0; i < line.Length; i++)
            {
                if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
                {
                    cell.Append(line[i++]);
                }
                else if (line[i] == '"')
                {
                    quoted = !quoted;
                }
                else if (line[i] == ',' && !quoted)
                {
                    cells.Add(cell.ToString());
                    cell.Clear();
                }
                else
                {
                    cell.Append(line[i]);
                }
            }

            cells.Add(cell.ToString());
            yield return [.. cells];
        }
    }
}
