using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>What a file is by its content, and what counts as the id of an uploaded file.</summary>
public sealed class AttachmentTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("file_011CNha8iCJcU1wXNR6q4V8w", true)]
    [InlineData("file_1", true)]
    [InlineData("file_", false)]
    [InlineData("file_001.png", false)]
    [InlineData("file_a b", false)]
    [InlineData("file_a-b", false)]
    [InlineData("file_ä", false)]
    [InlineData("FILE_a", false)]
    public void An_id_is_file_and_letters_or_digits(string place, bool isId) => Assert.Equal(isId, Attachment.IsFileId(place));

    [Theory]
    [InlineData("https://example.com/a.png", true)]
    [InlineData("HTTPS://example.com/a.png", true)]
    [InlineData("http://example.com/a.png", false)]
    [InlineData("https://", false)]
    [InlineData("ftp://example.com/a.png", false)]
    public void Only_https_is_fetched(string place, bool isAddress) => Assert.Equal(isAddress, Attachment.IsWebAddress(place));

    [Fact]
    public void What_looks_like_an_id_and_is_none_is_told_with_the_form_of_an_id()
    {
        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => Attachment.Image("/nowhere/file_001.png"));

        Assert.Equal("PathNotFound", failure.Id);
        Assert.Contains("file_ and letters or digits", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void A_JPEG_may_have_fill_bytes_before_its_markers(int fill)
    {
        byte[] filling = [.. Enumerable.Repeat((byte)0xFF, fill)];
        byte[] comment = [0xFF, .. filling, 0xFE, 0x00, 0x04, 1, 2];
        byte[] frame = [0xFF, .. filling, 0xC2, 0x00, 0x0B, 8, 0x23, 0x28, 0x00, 0x02, 1, 1, 0x11, 0];
        File.WriteAllBytes(_path, [0xFF, 0xD8, .. comment, .. frame, 0xFF, 0xD9]);

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => Attachment.Image(_path));

        Assert.Equal("ImageTooLarge", failure.Id);
        Assert.Contains("2 x 9000 pixels", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_size_of_a_JPEG_is_found_behind_long_metadata()
    {
        byte[] metadata = [0xFF, 0xE1, 0xFF, 0xFF, .. new byte[0xFFFD]];
        byte[] frame = [0xFF, 0xC0, 0x00, 0x0B, 8, 0x23, 0x28, 0x00, 0x02, 1, 1, 0x11, 0];
        File.WriteAllBytes(_path, [0xFF, 0xD8, .. metadata, .. metadata, .. metadata, .. metadata, .. metadata, .. frame]);

        Assert.Contains("9000", Assert.Throws<ClaudeBatchException>(() => Attachment.Image(_path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%PDF-1.7\n\u0001\n%%EOF", "application/pdf")]
    [InlineData("\n\n%PDF-1.7\n\u0001\n%%EOF\n", "application/pdf")]
    [InlineData("\uFEFF%PDF-1.7\n\u0001\n%%EOF", "application/pdf")]
    [InlineData("A PDF begins with %PDF-1.7, and ends with a mark.", "text/plain")]
    public void A_PDF_may_have_a_few_bytes_before_its_header(string content, string mediaType)
    {
        File.WriteAllText(_path, content);

        Assert.Equal(mediaType, SourceOf(Attachment.Document(_path)).GetProperty("media_type").GetString());
    }

    [Theory]
    [InlineData(new byte[] { 0 }, "NUL")]
    [InlineData(new byte[] { 0xFF }, "0xFF and no UTF-8")]
    [InlineData(new byte[] { 0xE2, 0x82 }, "0xE2 and no UTF-8")]
    public void A_text_is_read_to_its_end(byte[] bad, string words)
    {
        foreach (int before in new[] { 0, 65_534, 65_535, 65_536, 300_000 })
        {
            byte[] text = Encoding.ASCII.GetBytes(new string('a', before));
            File.WriteAllBytes(_path, [.. text, .. bad]);
            ClaudeBatchException atEnd = Assert.Throws<ClaudeBatchException>(() => Attachment.Document(_path));
            File.WriteAllBytes(_path, [.. text, .. bad, .. text, (byte)'b']);
            ClaudeBatchException within = Assert.Throws<ClaudeBatchException>(() => Attachment.Document(_path));

            Assert.Equal("ContentTypeUnknown", atEnd.Id);
            Assert.Contains($"at byte {before + 1}, which is {words}", atEnd.Message, StringComparison.Ordinal);
            Assert.Contains($"at byte {before + 1}, which is {words}", within.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_text_may_have_characters_across_the_pieces_that_are_read()
    {
        foreach (string character in new[] { "ä", "€", "😀" })
        {
            for (int before = 65_530; before <= 65_537; before++)
            {
                string text = new string('a', before) + character + new string('b', 70_000) + character;
                File.WriteAllText(_path, text);

                Assert.Equal(text, SourceOf(Attachment.Document(_path)).GetProperty("data").GetString());
            }
        }
    }

    [Theory]
    [InlineData(new byte[0], "It is empty.")]
    [InlineData(new byte[] { 0xFF, 0xFE, 65, 0 }, "UTF-16")]
    [InlineData(new byte[] { 0xFE, 0xFF, 0, 65 }, "UTF-16")]
    public void What_is_no_text_says_why(byte[] content, string words)
    {
        File.WriteAllBytes(_path, content);

        Assert.Contains(words, Assert.Throws<ClaudeBatchException>(() => Attachment.Document(_path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_told_as_one()
    {
        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => Attachment.Document(Path.GetTempPath()));

        Assert.Equal("FileUnreadable", failure.Id);
        Assert.Contains("is a folder", failure.Message, StringComparison.Ordinal);
    }

    private static JsonElement SourceOf(Attachment attachment)
    {
        using RequestTemplate template = new("claude-haiku-4-5", 10, []);
        using JsonDocument item = JsonDocument.Parse(template.Render("a", "x", [attachment]).Utf8);
        return item.RootElement.GetProperty("params").GetProperty("messages")[0].GetProperty("content")[0].GetProperty("source").Clone();
    }
}
