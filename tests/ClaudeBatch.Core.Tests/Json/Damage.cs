namespace ClaudeBatch.Core.Tests.Json;

/// <summary>Damages a line as a disk or a network might: bytes come in, go, or are others.</summary>
internal static class Damage
{
    public static byte[] Of(byte[] json, IEnumerable<(ushort At, byte Value, byte Kind)> damages)
    {
        List<byte> bytes = [.. json];
        foreach ((ushort at, byte value, byte kind) in damages)
        {
            int place = at % (bytes.Count + 1);
            switch (kind % 4)
            {
                case 0:
                    bytes.Insert(place, "{}[]\",:\\ \n0-.eutfn"u8[value % 18]);
                    break;
                case 1 when place < bytes.Count:
                    bytes[place] = value;
                    break;
                case 2 when place < bytes.Count:
                    bytes.RemoveAt(place);
                    break;
                case 3:
                    bytes.RemoveRange(place, (bytes.Count - place) / 2);
                    break;
                default:
                    break;
            }
        }

        return [.. bytes];
    }
}
