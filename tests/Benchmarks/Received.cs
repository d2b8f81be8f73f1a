using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeBatch.Benchmarks;

/// <summary>What the server notes of the body of a create call.</summary>
/// <param name="Count">The number of requests.</param>
/// <param name="First">The row of the first request, if its id is one of the data's.</param>
/// <param name="IsOfMessages">Whether the ids are those of <see cref="BenchMessages"/>.</param>
/// <param name="OtherIds">All ids, if they are none of the data's.</param>
/// <param name="ToolResults">The number of results of tools in all requests.</param>
/// <param name="Digest">The first 16 hex digits of the SHA-256 of the body.</param>
internal sealed record Received(int Count, int First, bool IsOfMessages, IReadOnlyList<string> OtherIds, int ToolResults, string Digest)
{
    public static async Task<Received> ReadAsync(PipeReader reader)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Scan scan = new();
        int results = 0;
        while (true)
        {
            System.IO.Pipelines.ReadResult read = await reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                hash.AppendData(segment.Span);
                scan.Feed(segment.Span);
                results += segment.Span.Count("\"tool_use_id\""u8); // what lies across two segments changes no average
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                bool isKnown = scan.First.StartsWith("row-", StringComparison.Ordinal) || scan.First.StartsWith("msg-", StringComparison.Ordinal);
                return new Received(
                    scan.Count,
                    isKnown ? int.Parse(scan.First.AsSpan(4), CultureInfo.InvariantCulture) : 0,
                    scan.First.StartsWith("msg-", StringComparison.Ordinal),
                    scan.Others,
                    results,
                    Convert.ToHexString(hash.GetHashAndReset())[..16]);
            }
        }
    }

    /// <summary>Finds the ids in a body that comes in segments.</summary>
    private sealed class Scan
    {
        private readonly List<byte> _id = [];

        // The end of the last segment, in which the field's name may have begun.
        private byte[] _carry = [];

        private bool _isInId;

        public int Count { get; private set; }

        public string First { get; private set; } = string.Empty;

        public List<string> Others { get; } = [];

        private static ReadOnlySpan<byte> Field => "\"custom_id\":\""u8;

        public void Feed(ReadOnlySpan<byte> segment)
        {
            if (!_isInId)
            {
                // An occurrence that begins in one segment ends within the first bytes of the next.
                byte[] seam = [.. _carry, .. segment[..Math.Min(segment.Length, Field.Length - 1)]];
                int at = seam.AsSpan().IndexOf(Field);
                _isInId = at >= 0;
                segment = _isInId ? segment[(at + Field.Length - _carry.Length)..] : segment;
                _carry = _isInId ? [] : seam;
            }

            while (true)
            {
                if (_isInId)
                {
                    int end = segment.IndexOf((byte)'"');
                    _id.AddRange(end < 0 ? segment : segment[..end]);
                    if (end < 0)
                    {
                        return;
                    }

                    Complete();
                    segment = segment[(end + 1)..];
                }

                int at = segment.IndexOf(Field);
                _isInId = at >= 0;
                if (!_isInId)
                {
                    ReadOnlySpan<byte> rest = segment.Length >= Field.Length - 1 || _carry.Length == 0 ? segment : _carry;
                    _carry = rest[^Math.Min(rest.Length, Field.Length - 1)..].ToArray();
                    return;
                }

                segment = segment[(at + Field.Length)..];
            }
        }

        private void Complete()
        {
            _carry = [];
            string id = Count == 0 || Others.Count > 0 ? Encoding.ASCII.GetString([.. _id]) : string.Empty;
            First = Count == 0 ? id : First;
            if (Others.Count > 0 || (Count == 0 && !id.StartsWith("row-", StringComparison.Ordinal) && !id.StartsWith("msg-", StringComparison.Ordinal)))
            {
                Others.Add(id);
            }

            Count++;
            _id.Clear();
        }
    }
}
